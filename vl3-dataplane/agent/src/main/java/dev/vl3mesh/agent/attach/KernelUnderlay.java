package dev.vl3mesh.agent.attach;

import dev.vl3mesh.linux.LinuxException;
import dev.vl3mesh.linux.netlink.AddressSpec;
import dev.vl3mesh.linux.netlink.Link;
import dev.vl3mesh.linux.netlink.RouteClient;
import dev.vl3mesh.model.address.IpAddress;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The host's interfaces. Used by one thread.
public final class KernelUnderlay implements Underlay {
    private static final Logger log = LoggerFactory.getLogger(KernelUnderlay.class);
    private static final int MTU_DEFAULT = 1500;

    private final RouteClient host;
    private final Map<IpAddress, Integer> known = new HashMap<>();

    /// @param host a client of the host's namespace; stays the caller's
    public KernelUnderlay(RouteClient host) {
        this.host = host;
    }

    /// A host whose interfaces change while they are read keeps what was read before.
    @Override
    public int mtu(IpAddress outer) {
        try {
            int mtu = read(outer);
            known.put(outer, mtu);
            return mtu;
        } catch (LinuxException e) {
            log.warn("underlay: {}: {}", outer, e.getMessage());
            return known.getOrDefault(outer, MTU_DEFAULT);
        }
    }

    private int read(IpAddress outer) {
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
