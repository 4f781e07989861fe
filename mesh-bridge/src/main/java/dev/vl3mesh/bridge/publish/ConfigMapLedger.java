package dev.vl3mesh.bridge.publish;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/// Writes services' places down in a ConfigMap for each domain, `vl3-services-<domain>`; it takes some 20,000.
public final class ConfigMapLedger implements ServiceAddresses.Ledger {
    /// A key of a ConfigMap has no slash, and a name of Kubernetes none of these.
    private static final char SEPARATOR = '_';

    private final KubernetesClient client;
    private final String namespace;

    /// @param namespace of the control plane
    public ConfigMapLedger(KubernetesClient client, String namespace) {
        this.client = client;
        this.namespace = namespace;
    }

    private static String nameOf(String domain) {
        return "vl3-services-" + domain;
    }

    @Override
    public SortedMap<String, Integer> read(String domain) {
        ConfigMap found = client.configMaps()
                .inNamespace(namespace)
                .withName(nameOf(domain))
                .get();
        SortedMap<String, Integer> indexes = new TreeMap<>();
        if (found != null && found.getData() != null) {
            found.getData().forEach((key, index) -> indexes.put(key.replace(SEPARATOR, '/'), Integer.valueOf(index)));
        }
        return indexes;
    }

    @Override
    public void write(String domain, SortedMap<String, Integer> indexes) {
        Map<String, String> data = new TreeMap<>();
        indexes.forEach((service, index) -> data.put(service.replace('/', SEPARATOR), index.toString()));
        ConfigMap wanted = new ConfigMapBuilder()
                .withNewMetadata()
                .withName(nameOf(domain))
                .withNamespace(namespace)
                .endMetadata()
                .withData(data)
                .build();
        if (client.configMaps().inNamespace(namespace).withName(nameOf(domain)).get() == null) {
            client.resource(wanted).create();
        } else {
            client.resource(wanted).update();
        }
    }
}
