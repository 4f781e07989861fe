package dev.vl3mesh.agent.wireguard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vl3mesh.tunnel.TunnelIdentity;
import dev.vl3mesh.tunnel.TunnelKey;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.concurrent.TimeUnit;

/// The cross-platform userspace interface of WireGuard programs (wireguard.com/xplatform).
final class Uapi {
    private static final int TRIES = 200;

    private Uapi() {}

    /// Gives a program its key, the port 51820, and a peer.
    static void configure(String name, TunnelIdentity self, TunnelKey peer, String endpoint, String allowed)
            throws Exception {
        Path socket = Path.of("/var/run/wireguard", name + ".sock");
        for (int i = 0; i < TRIES && !Files.exists(socket); i++) {
            TimeUnit.MILLISECONDS.sleep(20);
        }
        HexFormat hex = HexFormat.of();
        String text = String.join(
                "\n",
                "set=1",
                "private_key=" + hex.formatHex(self.privateKey()),
                "listen_port=51820",
                "public_key=" + hex.formatHex(peer.bytes()),
                "endpoint=" + endpoint,
                "allowed_ip=" + allowed,
                "",
                "");
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
            channel.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII)));
            ByteBuffer answer = ByteBuffer.allocate(256);
            channel.read(answer);
            assertThat(new String(answer.array(), 0, answer.position(), StandardCharsets.US_ASCII))
                    .isEqualTo("errno=0\n\n");
        }
    }
}
