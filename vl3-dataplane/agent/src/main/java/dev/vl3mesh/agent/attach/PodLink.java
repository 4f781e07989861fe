package dev.vl3mesh.agent.attach;

import dev.vl3mesh.agent.carrier.NameHash;
import dev.vl3mesh.linux.netlink.HardwareAddress;
import dev.vl3mesh.model.DomainName;
import dev.vl3mesh.model.InterfaceName;
import dev.vl3mesh.model.address.IpAddress;
import dev.vl3mesh.model.plan.MeshPorts;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/// One pod's way into one domain: a pair of interfaces, one end in the pod, the other in the domain's room.
/// Names and Ethernet addresses follow from the pod, so that an agent that starts again knows its own work.
///
/// @param networkNamespace path of the pod's namespace
/// @param pod `<namespace>/<name>`, for people
/// @param addresses the pod's inner addresses
/// @param sidecar of the domain's mesh in the pod, by what ports and user it is known
public record PodLink(
        DomainName domain,
        String podUid,
        String networkNamespace,
        String pod,
        List<IpAddress> addresses,
        Optional<MeshPorts> sidecar) {
    /// Makes an immutable copy of the addresses.
    public PodLink {
        addresses = List.copyOf(addresses);
    }

    /// A link of a pod without a sidecar.
    public PodLink(DomainName domain, String podUid, String networkNamespace, String pod, List<IpAddress> addresses) {
        this(domain, podUid, networkNamespace, pod, addresses, Optional.empty());
    }

    /// The name of the interface in the pod.
    public String podInterface() {
        return InterfaceName.of(domain).value();
    }

    /// The name of the interface in the room, `p` and 12 digits.
    public String roomInterface() {
        return "p"
                + HexFormat.of().formatHex(NameHash.of(podUid).hardwareAddress().bytes());
    }

    /// The Ethernet address of the interface in the pod.
    public HardwareAddress podHardwareAddress() {
        return hardwareAddress("pod");
    }

    /// The Ethernet address of the interface in the room.
    public HardwareAddress roomHardwareAddress() {
        return hardwareAddress("room");
    }

    /// Another sandbox of the same pod has another namespace, and so a pair of other addresses.
    private HardwareAddress hardwareAddress(String end) {
        return NameHash.of(domain + "/" + podUid + "/" + networkNamespace + "/" + end)
                .hardwareAddress();
    }
}
