package dev.vl3mesh.ctl.cluster;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/// A cluster and its client.
///
/// @param context the kubeconfig's name of it, for messages
/// @param systemNamespace where vl3mesh runs
public record Cluster(String context, String systemNamespace, KubernetesClient client) implements AutoCloseable {
    /// Written by the leading control plane: who it is and where others reach it.
    private static final String LINK_CONFIG_MAP = "vl3mesh-link";
    /// Written by the control plane: its roots.
    private static final String TRUST_CONFIG_MAP = "vl3mesh-trust";

    /// What a cluster's control plane wrote about itself.
    ///
    /// @param name the cluster's name among those that it shares domains with
    /// @param linkAddress `host:port`, empty where it does not know
    /// @param trustDomain its SPIFFE trust domain
    /// @param rootsPem its root certificates
    public record Self(String name, String linkAddress, String trustDomain, String rootsPem) {}

    /// What the control plane wrote about itself.
    ///
    /// @throws CtlException if vl3mesh is not there, or has not started yet
    public Self self() {
        return findSelf()
                .orElseThrow(() -> new CtlException("vl3mesh has not introduced itself in context " + context
                        + ": there are no ConfigMaps " + LINK_CONFIG_MAP + " and " + TRUST_CONFIG_MAP + " in namespace "
                        + systemNamespace + "; install the chart there (helm upgrade --install vl3mesh ...), or see why"
                        + " it does not start: kubectl --context " + context + " -n " + systemNamespace
                        + " logs deploy/vl3-control"));
    }

    /// What the control plane wrote about itself, if it did.
    public Optional<Self> findSelf() {
        Map<String, String> link = data(LINK_CONFIG_MAP);
        Map<String, String> trust = data(TRUST_CONFIG_MAP);
        String name = link.getOrDefault("cluster", "");
        String roots = trust.getOrDefault("roots.pem", "");
        return name.isEmpty() || roots.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        new Self(name, link.getOrDefault("address", ""), trust.getOrDefault("trustDomain", ""), roots));
    }

    private Map<String, String> data(String name) {
        ConfigMap map =
                client.configMaps().inNamespace(systemNamespace).withName(name).get();
        return map == null ? Map.of() : Objects.requireNonNullElse(map.getData(), Map.<String, String>of());
    }

    @Override
    public void close() {
        client.close();
    }
}
