package dev.vl3mesh.bridge.link;

import dev.vl3mesh.bridge.BridgeConfig;
import dev.vl3mesh.bridge.watch.StateReader;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.Map;

/// The address at which other clusters reach this one, written down for `vl3ctl invite`.
public final class LinkAddress {
    private static final String NAME = "vl3mesh-link";

    private LinkAddress() {}

    /// Writes the address that the configuration says, or else a node's with the node port.
    public static void publish(KubernetesClient client, BridgeConfig config) {
        String address = config.linkAddress()
                .orElseGet(() -> client.nodes().list().getItems().stream()
                        .flatMap(node -> StateReader.internalAddresses(node).stream())
                        .findFirst()
                        .map(ip -> ip + ":" + config.linkNodePort())
                        .orElse(""));
        ConfigMap wanted = new ConfigMapBuilder()
                .withNewMetadata()
                .withName(NAME)
                .withNamespace(config.namespace())
                .endMetadata()
                .withData(Map.of("address", address, "cluster", config.cluster().value()))
                .build();
        ConfigMap found = client.configMaps()
                .inNamespace(config.namespace())
                .withName(NAME)
                .get();
        if (found == null) {
            client.resource(wanted).create();
        } else if (!wanted.getData().equals(found.getData())) {
            client.resource(wanted).update();
        }
    }
}
