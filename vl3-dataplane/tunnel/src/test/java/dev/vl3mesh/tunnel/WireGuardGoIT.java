package dev.vl3mesh.tunnel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vl3mesh.linux.netns.NetworkNamespace;
import dev.vl3mesh.model.address.IpPrefix;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// The reference's own program at the other end, in a network namespace made for it: wireguard-go has 10.7.0.2 on its
/// interface, and the kernel behind it answers; this side has 10.7.0.1.
class WireGuardGoIT implements TunnelPort {
    private static final String HERE = "10.7.0.1";
    private static final String THERE = "10.7.0.2";
    private static final String NAME = "vl3wg" + ProcessHandle.current().pid();
    private static final Path CONTROL = Path.of("/var/run/wireguard/" + NAME + ".sock");
    private static final int PORT = 51820;
    private static final long PATIENCE = Duration.ofSeconds(10).toNanos();

    private final SecureRandom random = new SecureRandom();
    private final TunnelIdentity here = TunnelIdentity.create(random);
    private final TunnelIdentity there = TunnelIdentity.create(random);
    private final Tunnel tunnel = new Tunnel(here, random, Instant.now());
    private final long start = System.nanoTime();
    private final List<ByteBuffer> delivered = new ArrayList<>();
    private int cookies;
    private NetworkNamespace namespace;
    private Process program;
    private DatagramChannel socket;

    @BeforeEach
    void up() throws Exception {
        Path binary = Path.of(System.getenv()
                        .getOrDefault("VL3_PEERS", System.getProperty("user.home") + "/.cache/vl3mesh/peers/current"))
                .resolve("bin/wireguard");
        assertThat(binary)
                .as("wireguard-go: testbed/peers/build ~/.cache/vl3mesh makes it")
                .isExecutable();
        namespace = NetworkNamespace.create("wireguard");
        program = start(binary.toString(), "-f", NAME);
        long end = System.nanoTime() + PATIENCE;
        while (!Files.exists(CONTROL)) {
            assertThat(System.nanoTime()).as("wireguard-go listens").isLessThan(end);
            TimeUnit.MILLISECONDS.sleep(20);
        }
        run("ip", "link", "set", "lo", "up");
        run("ip", "address", "add", THERE + "/24", "dev", NAME);
        run("ip", "link", "set", NAME, "up");
        socket = namespace.call(() -> DatagramChannel.open(StandardProtocolFamily.INET)
                .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)));
        socket.configureBlocking(false);
    }

    @AfterEach
    void down() throws Exception {
        socket.close();
        program.destroy();
        program.waitFor();
        namespace.close();
    }

    private Process start(String... command) throws IOException {
        List<String> line = new ArrayList<>(
                List.of("nsenter", "--net=/proc/" + ProcessHandle.current().pid() + "/fd/" + namespace.descriptor()));
        line.addAll(List.of(command));
        return new ProcessBuilder(line).redirectErrorStream(true).start();
    }

    private void run(String... command) throws Exception {
        Process process = start(command);
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
    }

    /// Over its cross-platform userspace interface (wireguard.com/xplatform).
    private void configure(boolean callsUs, TunnelKey preshared) throws IOException {
        HexFormat hex = HexFormat.of();
        String text = String.join(
                "\n",
                "set=1",
                "private_key=" + hex.formatHex(there.privateKey()),
                "listen_port=" + PORT,
                "replace_peers=true",
                "public_key=" + hex.formatHex(here.publicKey().bytes()),
                "preshared_key=" + hex.formatHex(preshared.bytes()),
                "allowed_ip=" + HERE + "/32",
                callsUs
                        ? "endpoint=127.0.0.1:" + ((InetSocketAddress) socket.getLocalAddress()).getPort()
                        : "protocol_version=1",
                "",
                "");
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(CONTROL))) {
            channel.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII)));
            ByteBuffer answer = ByteBuffer.allocate(256);
            channel.read(answer);
            assertThat(new String(answer.array(), 0, answer.position(), StandardCharsets.US_ASCII))
                    .isEqualTo("errno=0\n\n");
        }
    }

    private void addPeer(boolean known, TunnelKey preshared) {
        tunnel.add(
                new PeerSpec(
                        there.publicKey(),
                        preshared,
                        known
                                ? Optional.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), PORT))
                                : Optional.empty(),
                        List.of(IpPrefix.parse(THERE + "/32")),
                        Duration.ZERO),
                now());
    }

    private long now() {
        return System.nanoTime() - start;
    }

    @Override
    public void transmit(ByteBuffer message, InetSocketAddress to) {
        try {
            socket.send(message, to);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void deliver(ByteBuffer packet) {
        ByteBuffer copy = ByteBuffer.allocate(packet.remaining());
        delivered.add(copy.put(packet).flip());
    }

    /// Lets both sides talk until as many packets have come.
    private void await(int packets) throws Exception {
        ByteBuffer message = ByteBuffer.allocate(Tunnel.PACKET_BYTES_MAX + 64);
        long end = System.nanoTime() + PATIENCE;
        while (delivered.size() < packets) {
            assertThat(System.nanoTime())
                    .as("%d packets came; dropped here: %s", delivered.size(), tunnel.drops())
                    .isLessThan(end);
            InetSocketAddress from = (InetSocketAddress) socket.receive(message.clear());
            if (from == null) {
                tunnel.tick(now(), this);
                TimeUnit.MILLISECONDS.sleep(1);
            } else {
                cookies += message.get(0) == Messages.COOKIE_REPLY ? 1 : 0;
                tunnel.receive(message.flip(), from, now(), this);
            }
        }
    }

    @Test
    void itAnswersOurCall() throws Exception {
        configure(false, TunnelKey.NONE);
        addPeer(true, TunnelKey.NONE);
        for (int i = 0; i < 50; i++) {
            tunnel.send(Packets.ping(HERE, THERE, i, 28 * i), now(), this);
        }
        await(50);
        assertThat(delivered)
                .allSatisfy(packet -> assertThat(Packets.icmpType(packet))
                        .as("a reply to an echo")
                        .isZero());
        assertThat(delivered.stream().map(Packets::number).distinct()).hasSize(50);
        assertThat(tunnel.drops()).isEmpty();
    }

    @Test
    void weAnswerItsCall() throws Exception {
        TunnelKey preshared = TunnelIdentity.create(random).publicKey(); // any 32 bytes
        addPeer(false, preshared);
        configure(true, preshared);
        Process ping = start("ping", "-c", "5", "-i", "0.2", "-w", "10", HERE);
        for (int i = 1; i <= 5; i++) {
            await(i);
            ByteBuffer request = delivered.get(i - 1);
            assertThat(Packets.icmpType(request)).isEqualTo(8);
            tunnel.send(Packets.replyTo(request), now(), this);
        }
        String output = new String(ping.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(ping.waitFor()).as(output).isZero();
        assertThat(output).contains("5 received");
        assertThat(tunnel.drops()).isEmpty();
    }

    /// So many that it asks for cookies.
    @Test
    void underLoadItIsShownACookie() throws Exception {
        configure(false, TunnelKey.NONE);
        addPeer(true, TunnelKey.NONE);
        List<ByteBuffer> calls = new ArrayList<>();
        Tunnel stranger = new Tunnel(TunnelIdentity.create(random), random, Instant.now());
        stranger.add(
                new PeerSpec(
                        there.publicKey(),
                        TunnelKey.NONE,
                        Optional.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), PORT)),
                        List.of(IpPrefix.parse(THERE + "/32")),
                        Duration.ZERO),
                0);
        stranger.send(Packets.ping(HERE, THERE, 1, 0), 0, new TunnelPort() {
            @Override
            public void transmit(ByteBuffer message, InetSocketAddress to) {
                calls.add(message.duplicate());
            }

            @Override
            public void deliver(ByteBuffer packet) {}
        });
        for (int i = 0; i < 20_000; i++) {
            transmit(calls.getFirst().duplicate(), new InetSocketAddress(InetAddress.getLoopbackAddress(), PORT));
        }
        tunnel.send(Packets.ping(HERE, THERE, 2, 0), now(), this);
        await(1);
        assertThat(cookies).as("cookies").isPositive();
        assertThat(Packets.number(delivered.getFirst())).isEqualTo(2);
    }

    @Test
    void underLoadItShowsOurCookie() throws Exception {
        tunnel.setUnderLoad(true);
        addPeer(false, TunnelKey.NONE);
        configure(true, TunnelKey.NONE);
        Process ping = start("ping", "-c", "1", "-w", "12", HERE);
        await(1);
        tunnel.send(Packets.replyTo(delivered.getFirst()), now(), this);
        assertThat(ping.waitFor()).isZero();
        assertThat(tunnel.drops()).containsEntry(DropReason.UNDER_LOAD, 1L);
    }

    @Test
    void withAnotherPresharedKeyNothingPasses() throws Exception {
        addPeer(true, TunnelIdentity.create(random).publicKey());
        configure(false, TunnelKey.NONE);
        tunnel.send(Packets.ping(HERE, THERE, 1, 0), now(), this);
        long end = System.nanoTime() + Duration.ofSeconds(1).toNanos();
        ByteBuffer message = ByteBuffer.allocate(Tunnel.PACKET_BYTES_MAX);
        while (System.nanoTime() < end) {
            InetSocketAddress from = (InetSocketAddress) socket.receive(message.clear());
            if (from != null) {
                tunnel.receive(message.flip(), from, now(), this);
            }
        }
        assertThat(delivered).isEmpty();
        assertThat(tunnel.drops()).containsEntry(DropReason.FORGED, 1L);
    }
}
