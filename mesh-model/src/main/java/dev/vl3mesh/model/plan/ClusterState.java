package dev.vl3mesh.model.plan;

import dev.vl3mesh.model.DomainName;
import dev.vl3mesh.model.KubeClusterName;
import dev.vl3mesh.model.NodeName;
import dev.vl3mesh.model.address.IpAddress;
import dev.vl3mesh.model.plan.MeshResource.ConfigResource;
import dev.vl3mesh.model.plan.MeshResource.DomainResource;
import dev.vl3mesh.model.plan.MeshResource.NodeResource;
import dev.vl3mesh.model.plan.MeshResource.ServicePort;
import dev.vl3mesh.model.plan.MeshResource.Workload;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What one cluster knows of itself, free of Kubernetes' own types.
///
/// @param cluster this cluster
/// @param domains the domains whose home this cluster is
/// @param pods attached pods that have a node
/// @param nodes those that have outer addresses
/// @param configs what is written here for meshes
public record ClusterState(
        KubeClusterName cluster,
        List<DomainResource> domains,
        List<AttachedPod> pods,
        Map<NodeName, KubeNode> nodes,
        List<KubeService> services,
        List<ConfigResource> configs) {
    /// Makes immutable copies.
    public ClusterState {
        domains = List.copyOf(domains);
        pods = List.copyOf(pods);
        nodes = Map.copyOf(nodes);
        services = List.copyOf(services);
        configs = List.copyOf(configs);
    }

    /// A node.
    ///
    /// @param outerAddresses where others reach it, at most one of each family; none where it is gone
    /// @param tunnels its ends of encrypted carriers
    public record KubeNode(List<IpAddress> outerAddresses, Map<DomainName, TunnelEnd> tunnels) {
        /// No node.
        public static final KubeNode GONE = new KubeNode(List.of(), Map.of());

        /// Makes immutable copies.
        public KubeNode {
            outerAddresses = List.copyOf(outerAddresses);
            tunnels = Map.copyOf(tunnels);
        }

        /// What it is in a domain.
        NodeResource in(DomainName domain, KubeClusterName cluster, NodeName name) {
            return new NodeResource(cluster, domain, name, outerAddresses, Optional.ofNullable(tunnels.get(domain)));
        }
    }

    /// One pod in one domain; a pod in two domains is two of these.
    ///
    /// @param ready as Kubernetes has it
    /// @param readyHere whether it is not ready for the sidecars of other meshes alone, which this domain need
    ///     not mind
    public record AttachedPod(
            DomainName domain,
            List<IpAddress> addresses,
            String namespace,
            String pod,
            String podUid,
            NodeName node,
            String serviceAccount,
            boolean ready,
            boolean readyHere,
            boolean sidecar,
            Workload workload) {
        /// A pod without a mesh.
        public AttachedPod(
                DomainName domain,
                List<IpAddress> addresses,
                String namespace,
                String pod,
                String podUid,
                NodeName node,
                String serviceAccount,
                boolean ready) {
            this(domain, addresses, namespace, pod, podUid, node, serviceAccount, ready, false, false, Workload.UNTOLD);
        }
    }

    /// A Service and the pods behind it, attached or not.
    public record KubeService(
            String namespace,
            String name,
            boolean headless,
            List<ServicePort> ports,
            List<KubeEndpoint> endpoints,
            String trafficDistribution) {
        /// A service whose endpoints are all alike.
        public KubeService(
                String namespace,
                String name,
                boolean headless,
                List<ServicePort> ports,
                List<KubeEndpoint> endpoints) {
            this(namespace, name, headless, ports, endpoints, "");
        }
    }

    /// A pod behind a Service.
    ///
    /// @param hostname its label under the service's name
    /// @param ready whether the EndpointSlice calls it ready, `publishNotReadyAddresses` included
    public record KubeEndpoint(String podUid, Optional<String> hostname, boolean ready) {}
}
