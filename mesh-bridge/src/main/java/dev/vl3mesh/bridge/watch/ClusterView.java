package dev.vl3mesh.bridge.watch;

import dev.vl3mesh.api.v1alpha1.AddressBlock;
import dev.vl3mesh.api.v1alpha1.Attachment;
import dev.vl3mesh.api.v1alpha1.Domain;
import dev.vl3mesh.model.address.IpPrefix;
import dev.vl3mesh.model.plan.ConfigName;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import java.util.List;
import java.util.Optional;

/// What Kubernetes was last seen to have: at hand, and a little behind. Finding one object, or those that
/// belong to another, costs what is found.
public interface ClusterView {
    /// All domains, copies of the home's included.
    List<Domain> domains();

    /// A domain.
    Optional<Domain> domain(String name);

    /// All attachments of this cluster.
    List<Attachment> attachments();

    /// An attachment.
    Optional<Attachment> attachment(String name);

    /// The attachments that are bound to a pod.
    List<Attachment> attachmentsOfPod(String uid);

    /// The attachments that wait for, or were bound by, a claim.
    ///
    /// @param claimHash hexadecimal SHA-256
    List<Attachment> attachmentsOfClaim(String claimHash);

    /// All known leases; at home, those of members too.
    List<AddressBlock> blocks();

    /// The leases of a domain; at home, those of members too.
    List<AddressBlock> blocksOf(String domain);

    /// A pod that the webhook attached.
    Optional<Pod> pod(String uid);

    /// The pods that show a claim; more than one if somebody copied it.
    ///
    /// @param claimHash hexadecimal SHA-256
    List<Pod> podsOfClaim(String claimHash);

    /// The pod of that name.
    Optional<Pod> pod(String namespace, String name);

    /// All nodes.
    List<Node> nodes();

    /// A node.
    Optional<Node> node(String name);

    /// A service.
    Optional<Service> service(String namespace, String name);

    /// The endpoint slices of a service.
    List<EndpointSlice> slicesOf(String namespace, String service);

    /// The namespaces that name domains.
    List<Namespace> namespaces();

    /// One of them; nothing where it names no domain.
    Optional<Namespace> namespace(String name);

    /// The names of all that is written for meshes, in any namespace.
    List<ConfigName> configs();

    /// Something that is written for a mesh.
    Optional<GenericKubernetesResource> config(ConfigName name);

    /// The ranges of services' cluster addresses, as far as the API server tells them.
    List<IpPrefix> serviceRanges();
}
