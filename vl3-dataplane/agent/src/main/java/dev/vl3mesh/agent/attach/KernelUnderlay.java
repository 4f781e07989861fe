package dev.vl3mesh.agent.attach;

import dev.vl3mesh.linux.netlink.AddressSpec;
import dev.vl3mesh.linux.netlink.Link;
import dev.vl3mesh.linux.netlink.RouteClient;
import dev.vl3mesh.model.address.IpAddress;
import java.net.InetAddress;
import java.util.Optional;

/// The host's interfaces. Used by one thread.
public final class KernelUnderlay implements Underlay {
    private static final int MTU_DEFAULT = 1500;

    private final RouteClient host;

    /// @param host a client of the host's namespace; stays the caller's
    public KernelUnderlay(RouteClient host) {
        this.host = host;
    }

    @Override
    public int mtu(IpAddress outer) {
        InetAddress wanted = outer.toInetAddress();
        Optional<Integer> index = host.addresses().stream()
                .filter(address -> address.address().equals(wanted))
                .map(AddressSpec::link)
                .findFirst();
        return index.flatMap(link -> host.links().stream()
                        .filter(candidate -> candidate.index() == link)
                        .map(Link::mtu)
                        .findFirst())
                .orElse(MTU_DEFAULT);
    }
}
