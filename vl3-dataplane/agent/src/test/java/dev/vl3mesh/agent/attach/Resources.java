package dev.vl3mesh.agent.attach;

import dev.vl3mesh.agent.carrier.NodeKey;
import dev.vl3mesh.agent.state.Sandbox;
import dev.vl3mesh.model.Carrier;
import dev.vl3mesh.model.DomainName;
import dev.vl3mesh.model.KubeClusterName;
import dev.vl3mesh.model.NodeName;
import dev.vl3mesh.model.address.IpAddress;
import dev.vl3mesh.model.address.IpPrefix;
import dev.vl3mesh.model.plan.MeshResource;
import dev.vl3mesh.model.plan.MeshResource.AttachmentResource;
import dev.vl3mesh.model.plan.MeshResource.DomainResource;
import dev.vl3mesh.model.plan.MeshResource.NodeResource;
import dev.vl3mesh.model.plan.ResourceKey;
import dev.vl3mesh.model.plan.SnapshotDelta;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/// Resources of two domains, `red` and `green`, and two clusters, `east` (home, this node's) and `west`.
public final class Resources {
    public static final DomainName RED = new DomainName("red");
    public static final DomainName GREEN = new DomainName("green");
    public static final KubeClusterName EAST = new KubeClusterName("east");
    public static final KubeClusterName WEST = new KubeClusterName("west");
    public static final NodeKey SELF = node("east", "n1");

    private Resources() {}

    public static NodeKey node(String cluster, String name) {
        return new NodeKey(new KubeClusterName(cluster), new NodeName(name));
    }

    public static DomainResource red() {
        return red(Carrier.VXLAN);
    }

    public static DomainResource red(Carrier carrier) {
        return new DomainResource(EAST, RED, prefixes("172.16.0.0/16", "fd00:16::/48"), 5, 0, 0, carrier);
    }

    public static DomainResource green() {
        return green(Carrier.VXLAN);
    }

    public static DomainResource green(Carrier carrier) {
        return new DomainResource(EAST, GREEN, prefixes("172.17.0.0/16", "fd00:17::/48"), 6, 1, 0, carrier);
    }

    static List<IpPrefix> prefixes(String... texts) {
        return Stream.of(texts).map(IpPrefix::parse).toList();
    }

    public static NodeResource node(DomainName domain, NodeKey node, String... outer) {
        return new NodeResource(node.cluster(), domain, node.node(), addresses(outer), Optional.empty());
    }

    public static List<IpAddress> addresses(String... texts) {
        return Stream.of(texts).map(IpAddress::parse).toList();
    }

    /// An attachment of a pod on this node, whose uid is known.
    public static AttachmentResource local(DomainName domain, String pod, String... addresses) {
        return attachment(domain, SELF, pod, Optional.of("uid-" + pod), addresses);
    }

    /// An attachment of a pod on another node.
    public static AttachmentResource remote(DomainName domain, NodeKey node, String... addresses) {
        return attachment(domain, node, "far", Optional.empty(), addresses);
    }

    private static AttachmentResource attachment(
            DomainName domain, NodeKey node, String pod, Optional<String> uid, String... addresses) {
        return new AttachmentResource(
                node.cluster(), domain, addresses(addresses), node.node(), "shop", pod, uid, "default", true);
    }

    public static Sandbox sandbox(String pod, DomainName... expected) {
        return new Sandbox("box-" + pod, "uid-" + pod, "shop", pod, "/run/netns/cni-" + pod, Set.of(expected));
    }

    public static SnapshotDelta put(MeshResource... resources) {
        return new SnapshotDelta(List.of(resources), Set.of());
    }

    public static SnapshotDelta drop(MeshResource... resources) {
        Set<ResourceKey> keys =
                Set.of(Stream.of(resources).map(MeshResource::key).toArray(ResourceKey[]::new));
        return new SnapshotDelta(List.of(), keys);
    }
}
