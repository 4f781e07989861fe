package dev.vl3mesh.model.plan;

import dev.vl3mesh.model.Carrier;
import dev.vl3mesh.model.DomainName;
import dev.vl3mesh.model.KubeClusterName;
import dev.vl3mesh.model.NodeName;
import dev.vl3mesh.model.address.IpAddress;
import dev.vl3mesh.model.address.IpPrefix;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// One fact about a domain, published by exactly one cluster (its origin) and learnt by all others that take
/// part in the domain.
public sealed interface MeshResource {
    /// The identity of this resource; a later resource with an equal key replaces it.
    ResourceKey key();

    /// The domain itself, published by its home.
    ///
    /// @param prefixes the address plan's prefixes, in the order that numbers them
    /// @param vni the VXLAN network identifier (RFC 7348), 1 to 2^24 - 1, unique among the domains of a home
    /// @param slot 0 to 9: which ports and uids its sidecars get; unique among domains that meet in a pod
    /// @param mtu bytes of an inner packet, 1280 to 65535; 0 where it follows from the measured paths
    /// @param istio the mesh that runs over it, if any
    record DomainResource(
            KubeClusterName origin,
            DomainName domain,
            List<IpPrefix> prefixes,
            int vni,
            int slot,
            int mtu,
            Carrier carrier,
            Optional<IstioMesh> istio)
            implements MeshResource {
        /// A domain without a mesh.
        public DomainResource(
                KubeClusterName origin,
                DomainName domain,
                List<IpPrefix> prefixes,
                int vni,
                int slot,
                int mtu,
                Carrier carrier) {
            this(origin, domain, prefixes, vni, slot, mtu, carrier, Optional.empty());
        }

        @Override
        public ResourceKey key() {
            return new ResourceKey(ResourceKind.DOMAIN, domain, origin, domain.value());
        }
    }

    /// An Istio that runs over a domain; its control plane lives in the domain, in the home cluster.
    ///
    /// @param revision of Istio, the same as its chart's value
    /// @param namespace of the control plane, and the mesh's root namespace
    /// @param proxyImage of the sidecars
    /// @param root the certificate, PEM, under which everybody in the mesh has one; empty while it is not
    /// made
    /// @param canary another revision beside it, for an upgrade
    record IstioMesh(String revision, String namespace, String proxyImage, String root, Optional<IstioCanary> canary) {

        /// The name of the control plane's Service and ServiceAccount, as Istio's chart makes it.
        public String controlPlane() {
            return PREFIX + revision;
        }

        /// The same of the canary.
        public Optional<String> canaryControlPlane() {
            return canary.map(other -> PREFIX + other.revision());
        }

        /// Whether a Service or a ServiceAccount is that of one of the two.
        public boolean isControlPlane(String name) {
            return name.equals(controlPlane())
                    || canaryControlPlane().filter(name::equals).isPresent();
        }

        private static final String PREFIX = "istiod-";

        /// A control plane that serves those sidecars that ask for it.
        ///
        /// @param revision of Istio
        /// @param proxyImage of these sidecars
        public record IstioCanary(String revision, String proxyImage) {}
    }

    /// A node that carries packets of the domain.
    ///
    /// @param outerAddresses where other nodes reach it on the underlay, at most one of each family
    /// @param tunnel where the domain's carrier encrypts; empty also until the node has said it
    record NodeResource(
            KubeClusterName origin,
            DomainName domain,
            NodeName node,
            List<IpAddress> outerAddresses,
            Optional<TunnelEnd> tunnel)
            implements MeshResource {
        @Override
        public ResourceKey key() {
            return new ResourceKey(ResourceKind.NODE, domain, origin, node.value());
        }
    }

    /// One pod in the domain.
    ///
    /// @param addresses its inner addresses, IPv4 first; never empty, never changing while the pod lives
    /// @param podUid known only to the origin's own control plane and to the node that the pod runs on
    /// @param ready whether the pod takes traffic of services
    /// @param sidecar whether a sidecar of the domain's mesh speaks for the pod
    /// @param workload for meshes only: agents are not told
    record AttachmentResource(
            KubeClusterName origin,
            DomainName domain,
            List<IpAddress> addresses,
            NodeName node,
            String namespace,
            String pod,
            Optional<String> podUid,
            String serviceAccount,
            boolean ready,
            boolean sidecar,
            Workload workload)
            implements MeshResource {
        /// An attachment without a mesh.
        public AttachmentResource(
                KubeClusterName origin,
                DomainName domain,
                List<IpAddress> addresses,
                NodeName node,
                String namespace,
                String pod,
                Optional<String> podUid,
                String serviceAccount,
                boolean ready) {
            this(
                    origin,
                    domain,
                    addresses,
                    node,
                    namespace,
                    pod,
                    podUid,
                    serviceAccount,
                    ready,
                    false,
                    Workload.UNTOLD);
        }

        @Override
        public ResourceKey key() {
            return new ResourceKey(
                    ResourceKind.ATTACHMENT,
                    domain,
                    origin,
                    addresses.getFirst().toString());
        }
    }

    /// What a mesh has to know of a pod beyond its addresses.
    ///
    /// @param name what admission called its workload, a label's value; empty where the pod has no sidecar
    /// @param labels the pod's own
    record Workload(String name, Map<String, String> labels) {
        /// Nothing is told.
        public static final Workload UNTOLD = new Workload("", Map.of());

        /// Makes an immutable copy.
        public Workload {
            labels = Map.copyOf(labels);
        }
    }

    /// What one cluster contributes to a service of the domain; services of the same namespace and name in
    /// several clusters are one service.
    ///
    /// @param headless whether its name answers with the endpoints' addresses by design (`clusterIP: None`)
    /// @param trafficDistribution which endpoints callers prefer, in the service's own word; empty where it
    ///     says none
    record ServiceResource(
            KubeClusterName origin,
            DomainName domain,
            String namespace,
            String name,
            boolean headless,
            List<ServicePort> ports,
            List<ServiceEndpoint> endpoints,
            String trafficDistribution)
            implements MeshResource {
        /// A service whose endpoints are all alike.
        public ServiceResource(
                KubeClusterName origin,
                DomainName domain,
                String namespace,
                String name,
                boolean headless,
                List<ServicePort> ports,
                List<ServiceEndpoint> endpoints) {
            this(origin, domain, namespace, name, headless, ports, endpoints, "");
        }

        @Override
        public ResourceKey key() {
            return new ResourceKey(ResourceKind.SERVICE, domain, origin, namespace + "/" + name);
        }

        /// Whether a virtual address would do all that pods' addresses do: sidecars carry TCP alone, and a
        /// headless service is about its pods.
        public boolean takesVirtual() {
            return !headless
                    && !ports.isEmpty()
                    && ports.stream().allMatch(port -> port.protocol().equals("TCP"));
        }
    }

    /// The virtual addresses of a service in a domain with a mesh, given by the domain's home: the same
    /// everywhere, and as long as there is a service of that name. Sidecars take what is sent to them; nobody
    /// else does.
    ///
    /// @param addresses in the domain's range for services, IPv4 first
    record VirtualResource(
            KubeClusterName origin, DomainName domain, String namespace, String name, List<IpAddress> addresses)
            implements MeshResource {
        @Override
        public ResourceKey key() {
            return new ResourceKey(ResourceKind.VIRTUAL, domain, origin, namespace + "/" + name);
        }
    }

    /// A port of a service.
    ///
    /// @param name empty where the service names none
    /// @param protocol `TCP`, `UDP` or `SCTP`
    /// @param port 1 to 65535
    /// @param targetPort the number on the endpoints, 1 to 65535
    /// @param appProtocol what is spoken, as the service says (`appProtocol`); empty where it does not
    record ServicePort(String name, String protocol, int port, int targetPort, String appProtocol) {
        /// A port that does not say what is spoken.
        public ServicePort(String name, String protocol, int port, int targetPort) {
            this(name, protocol, port, targetPort, "");
        }
    }

    /// A pod behind a service.
    ///
    /// @param addresses its inner addresses, IPv4 first
    /// @param hostname the label of its own name under the service's, empty where it has none
    /// @param ready whether it is served by the service's name
    record ServiceEndpoint(List<IpAddress> addresses, String hostname, String pod, boolean ready) {}

    /// Something that a user has written for the mesh, in the mesh's own terms, beside workloads of the
    /// domain.
    ///
    /// @param writtenAt seconds since 1970, when it was created: of several of the same name the oldest
    /// counts
    /// @param labels its own
    /// @param spec its `spec`, JSON, as it was written
    record ConfigResource(
            KubeClusterName origin,
            DomainName domain,
            ConfigName name,
            long writtenAt,
            Map<String, String> labels,
            Map<String, String> annotations,
            String spec)
            implements MeshResource {
        /// Makes immutable copies.
        public ConfigResource {
            labels = Map.copyOf(labels);
            annotations = Map.copyOf(annotations);
        }

        @Override
        public ResourceKey key() {
            return new ResourceKey(ResourceKind.CONFIG, domain, origin, name.toString());
        }
    }

    /// What became of a configuration; published by the domain's home for the cluster where it was written.
    ///
    /// @param writer the cluster where it was written
    /// @param version of the content that was judged
    /// @param inForce whether that content is in force
    /// @param reason why not, or what to mind; one word, as in conditions of Kubernetes
    /// @param message a sentence for whoever wrote it
    record VerdictResource(
            KubeClusterName origin,
            DomainName domain,
            KubeClusterName writer,
            ConfigName name,
            String version,
            boolean inForce,
            String reason,
            String message)
            implements MeshResource {
        @Override
        public ResourceKey key() {
            return new ResourceKey(ResourceKind.VERDICT, domain, origin, writer + "/" + name);
        }
    }
}
