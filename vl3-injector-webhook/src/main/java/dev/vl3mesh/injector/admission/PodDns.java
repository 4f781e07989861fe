package dev.vl3mesh.injector.admission;

import dev.vl3mesh.injector.allocate.Allocation;
import dev.vl3mesh.model.DomainName;
import dev.vl3mesh.model.address.IpAddress;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodDNSConfig;
import io.fabric8.kubernetes.api.model.PodDNSConfigBuilder;
import io.fabric8.kubernetes.api.model.PodDNSConfigOption;
import io.fabric8.kubernetes.api.model.PodDNSConfigOptionBuilder;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/// Where an attached pod asks for names: first the domains' gateways, which know the domains' names and ask the
/// cluster's DNS for all others, then the cluster's DNS itself, so that ordinary names are found without our
/// agent. The rest is what the kubelet would have written for `ClusterFirst`.
///
/// A pod that chose another DNS policy keeps it.
final class PodDns {
    /// Resolvers read no more (`resolv.conf(5)`, MAXNS), and the API server takes no more.
    private static final int SERVERS_MAX = 3;

    private static final String NDOTS = "ndots";
    private static final String SUFFIX = ".vl3.internal";

    private final IpAddress clusterDns;
    private final String dnsDomain;

    PodDns(IpAddress clusterDns, String dnsDomain) {
        this.clusterDns = clusterDns;
        this.dnsDomain = dnsDomain;
    }

    /// The configuration to write together with the policy `None`; nothing where the pod is to be left as it is.
    ///
    /// @param searched the domains that short names are looked up in, before the cluster
    Optional<PodDNSConfig> plan(Pod pod, Allocation allocation, List<DomainName> searched) {
        String policy = Objects.requireNonNullElse(pod.getSpec().getDnsPolicy(), "ClusterFirst");
        if (!policy.equals("ClusterFirst")) {
            return Optional.empty();
        }
        PodDNSConfig own = Objects.requireNonNullElseGet(pod.getSpec().getDnsConfig(), PodDNSConfig::new);
        Set<String> servers = new LinkedHashSet<>();
        allocation.places().values().stream()
                .map(place -> place.gateway().getFirst().toString())
                .limit(SERVERS_MAX - 1)
                .forEach(servers::add);
        servers.add(clusterDns.toString());
        servers.addAll(own.getNameservers());
        String namespace = Objects.requireNonNullElse(pod.getMetadata().getNamespace(), "default");
        Set<String> searches = new LinkedHashSet<>();
        searched.forEach(
                domain -> searches.addAll(List.of(namespace + ".svc." + domain + SUFFIX, "svc." + domain + SUFFIX)));
        searches.addAll(List.of(namespace + ".svc." + dnsDomain, "svc." + dnsDomain, dnsDomain));
        searches.addAll(own.getSearches());
        List<PodDNSConfigOption> options = new ArrayList<>(own.getOptions());
        if (options.stream().noneMatch(option -> option.getName().equals(NDOTS))) {
            options.add(new PodDNSConfigOptionBuilder()
                    .withName(NDOTS)
                    .withValue("5")
                    .build());
        }
        return Optional.of(new PodDNSConfigBuilder()
                .withNameservers(servers.stream().limit(SERVERS_MAX).toList())
                .withSearches(List.copyOf(searches))
                .withOptions(options)
                .build());
    }
}
