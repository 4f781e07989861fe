package dev.vl3mesh.agent.attach;

import dev.vl3mesh.agent.carrier.NameHash;
import dev.vl3mesh.linux.netlink.HardwareAddress;
import dev.vl3mesh.model.DomainName;
import dev.vl3mesh.model.InterfaceName;
import dev.vl3mesh.model.address.IpAddress;
import java.util.HexFormat;
import java.util.List;

/// One pod's way into one domain: a pair of interfaces, one end in the pod, the other in the domain's room.
/// Names and Ethernet addresses follow from the pod, so that an agent that starts again knows its own work.
///
/// @param networkNamespace path of the pod's namespace
/// @param pod `<namespace>/<name>`, for people
/// @param addresses the pod's inner addresses
public record PodLink(
        DomainName domain, String podUid, String networkNamespace, String pod, List<IpAddress> addresses) {
    /// Makes an immutable copy of the addresses.
    public PodLink {
        addresses = List.copyOf(addresses);
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
