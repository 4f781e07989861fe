package dev.vl3mesh.bench.tunnel;

import dev.vl3mesh.agent.wireguard.WireGuardDevice;
import dev.vl3mesh.linux.netns.NetworkNamespace;
import dev.vl3mesh.model.address.IpPrefix;
import dev.vl3mesh.tunnel.PeerSpec;
import dev.vl3mesh.tunnel.TunnelIdentity;
import dev.vl3mesh.tunnel.TunnelKey;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/// A process that has a WireGuard device with one peer, in the network namespace that it was started in, until its
/// input ends.
public final class DeviceMain {
    private DeviceMain() {}

    /// Runs.
    ///
    /// @param args interface, private key, the peer's public key and address, what the peer may send from
    public static void main(String[] args) throws IOException {
        TunnelIdentity self = TunnelIdentity.of(Base64.getDecoder().decode(args[1]));
        try (NetworkNamespace here = NetworkNamespace.own();
                WireGuardDevice device =
                        WireGuardDevice.open(self, args[0], here, here, new InetSocketAddress(TunnelBench.PORT))) {
            device.add(new PeerSpec(
                    TunnelKey.parse(args[2]),
                    TunnelKey.NONE,
                    Optional.of(new InetSocketAddress(args[3], TunnelBench.PORT)),
                    List.of(IpPrefix.parse(args[4])),
                    Duration.ZERO));
            System.out.println("ready");
            while (System.in.read() >= 0) {
                // until it ends
            }
        }
    }
}
