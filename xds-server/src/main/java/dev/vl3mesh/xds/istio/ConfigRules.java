package dev.vl3mesh.xds.istio;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.Message;
import dev.vl3mesh.model.DomainName;
import dev.vl3mesh.model.KubeClusterName;
import dev.vl3mesh.model.plan.MeshResource.ConfigResource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What users may not write although Istio would take it, because a domain spans several clusters, and its
/// names are given by Services.
final class ConfigRules {
    private static final String HOSTS = "hosts";

    private final KubeClusterName home;
    private final String rootNamespace;
    private final String suffix;

    /// @param rootNamespace of the mesh, where policies count for all of it
    ConfigRules(DomainName domain, KubeClusterName home, String rootNamespace) {
        this.home = home;
        this.rootNamespace = rootNamespace;
        this.suffix = HostNames.suffix(domain);
    }

    /// What is not allowed, in a sentence that says what to do instead.
    Optional<String> refusal(IstioKind kind, ConfigResource config, DynamicMessage spec) {
        String namespace = config.name().namespace();
        if (namespace.equals(rootNamespace) && !config.origin().equals(home)) {
            return Optional.of("namespace " + rootNamespace + " is the mesh's root namespace, where policies count for "
                    + "every workload: write them in cluster " + home);
        }
        return switch (kind) {
            case SERVICE_ENTRY -> named(config).or(() -> ownService(spec));
            case WORKLOAD_ENTRY -> named(config).or(() -> ownPod(spec));
            case SIDECAR -> named(config);
            case PROXY_CONFIG ->
                Optional.of("a ProxyConfig is read by Istio's injector alone, and vl3mesh injects the domain's "
                        + "sidecars: write the pods' annotation proxy.istio.io/config instead");
            case VIRTUAL_SERVICE -> foreignHost(namespace, spec, strings(spec, HOSTS));
            case DESTINATION_RULE -> foreignHost(namespace, spec, strings(spec, "host"));
            default -> Optional.empty();
        };
    }

    private static Optional<String> named(ConfigResource config) {
        return config.name().name().startsWith(IstioView.RESERVED)
                ? Optional.of("names that start with '" + IstioView.RESERVED
                        + "' are those of what vl3mesh publishes itself: " + "give it another name")
                : Optional.empty();
    }

    private Optional<String> ownService(DynamicMessage spec) {
        return strings(spec, HOSTS).stream()
                .filter(host -> host.endsWith(suffix) || coversNamespaces(host))
                .findFirst()
                .map(host -> "hosts: " + host + " is a name in the domain, and those are given by Services: make a "
                        + "Service, or use a name outside of " + suffix.substring(1));
    }

    private static Optional<String> ownPod(DynamicMessage spec) {
        return mapKeys(spec, "labels").stream()
                .filter(label -> label.startsWith(IstioView.SERVICE_LABEL))
                .findFirst()
                .map(label -> "labels: " + label + " puts it behind a Service of the domain, which takes pods alone: "
                        + "leave the label out");
    }

    /// Whom it concerns is what its namespace offers, unless it keeps to callers in its own namespace.
    private Optional<String> foreignHost(String namespace, DynamicMessage spec, List<String> hosts) {
        if (strings(spec, "export_to").equals(List.of("."))) {
            return Optional.empty();
        }
        return hosts.stream()
                .filter(host ->
                        coversNamespaces(host) || (host.endsWith(suffix) && !host.endsWith("." + namespace + suffix)))
                .findFirst()
                .map(host -> host + " is not a service of namespace " + namespace + ": write it in the service's own "
                        + "namespace, or let it count for callers of this one alone, with exportTo: [\".\"]");
    }

    /// Whether a wildcard takes in services of more than one namespace.
    private boolean coversNamespaces(String host) {
        if (!host.startsWith("*.")) {
            return false;
        }
        String rest = host.substring(1);
        return suffix.endsWith(rest);
    }

    /// A field of strings, repeated or not; empty where there is no such field.
    private static List<String> strings(DynamicMessage message, String name) {
        @Nullable FieldDescriptor field = message.getDescriptorForType().findFieldByName(name);
        if (field == null || field.getJavaType() != FieldDescriptor.JavaType.STRING) {
            return List.of();
        }
        if (!field.isRepeated()) {
            return List.of((String) message.getField(field));
        }
        List<String> values = new ArrayList<>();
        for (int i = 0; i < message.getRepeatedFieldCount(field); i++) {
            values.add((String) message.getRepeatedField(field, i));
        }
        return values;
    }

    private static List<String> mapKeys(DynamicMessage message, String name) {
        @Nullable FieldDescriptor field = message.getDescriptorForType().findFieldByName(name);
        if (field == null || !field.isMapField()) {
            return List.of();
        }
        List<String> keys = new ArrayList<>();
        for (int i = 0; i < message.getRepeatedFieldCount(field); i++) {
            Message entry = (Message) message.getRepeatedField(field, i);
            keys.add((String) entry.getField(entry.getDescriptorForType().findFieldByName("key")));
        }
        return keys;
    }
}
