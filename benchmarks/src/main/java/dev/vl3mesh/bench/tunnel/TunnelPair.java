package dev.vl3mesh.bench.tunnel;

import dev.vl3mesh.linux.netns.NetworkNamespace;
import dev.vl3mesh.testbed.lab.LabPaths;
import dev.vl3mesh.tunnel.TunnelIdentity;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// Two network namespaces with a cable between them, and in each a process with one end of a tunnel.
final class TunnelPair implements AutoCloseable {
    private static final String LEFT = "wg-left";
    private static final String RIGHT = "wg-right";
    private static final double TICKS = 100; // sysconf(_SC_CLK_TCK) on Linux
    private static final double KIBI = 1024;
    private static final int USER_TICKS = 11;
    private static final int SYSTEM_TICKS = 12;
    private static final long PATIENCE_MILLIS = 10_000;

    private final NetworkNamespace left = NetworkNamespace.create("left");
    private final NetworkNamespace right = NetworkNamespace.create("right");
    private final List<Process> ends = new ArrayList<>();
    private final List<Process> others = new ArrayList<>();

    /// @param ours whether the ends are our devices, or the reference's program
    TunnelPair(TunnelIdentity leftKey, TunnelIdentity rightKey, boolean ours) throws IOException, InterruptedException {
        String there = "/proc/" + ProcessHandle.current().pid() + "/fd/" + right.descriptor();
        inLeft("sh", "-c", "ip link add eth0 type veth peer name eth0 netns " + there);
        address(left, "192.0.2.1/24", "eth0");
        address(right, "192.0.2.2/24", "eth0");
        if (ours) {
            ends.add(device(left, LEFT, leftKey, rightKey, "192.0.2.2", "10.9.0.2/32"));
            ends.add(device(right, RIGHT, rightKey, leftKey, "192.0.2.1", "10.9.0.1/32"));
        } else {
            ends.add(reference(left, LEFT, leftKey, rightKey, "192.0.2.2", "10.9.0.2/32"));
            ends.add(reference(right, RIGHT, rightKey, leftKey, "192.0.2.1", "10.9.0.1/32"));
        }
        address(left, "10.9.0.1/24", LEFT);
        address(right, "10.9.0.2/24", RIGHT);
    }

    private void address(NetworkNamespace where, String address, String link) throws IOException, InterruptedException {
        run(
                where,
                "sh",
                "-c",
                "ip address add " + address + " dev " + link + "; ip link set " + link
                        + (link.equals("eth0") ? "" : " mtu 1420") + " up");
    }

    private static Process start(NetworkNamespace where, String... command) throws IOException {
        List<String> line = new ArrayList<>(
                List.of("nsenter", "--net=/proc/" + ProcessHandle.current().pid() + "/fd/" + where.descriptor()));
        line.addAll(List.of(command));
        return new ProcessBuilder(line).redirectErrorStream(true).start();
    }

    private static String run(NetworkNamespace where, String... command) throws IOException, InterruptedException {
        Process process = start(where, command);
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException(String.join(" ", command) + ": " + output.strip());
        }
        return output;
    }

    private static Process device(
            NetworkNamespace where,
            String name,
            TunnelIdentity self,
            TunnelIdentity peer,
            String endpoint,
            String allowed)
            throws IOException {
        Process process = start(
                where,
                ProcessHandle.current().info().command().orElse("java"),
                "-XX:+UseSerialGC",
                "-Xmx64m",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                DeviceMain.class.getName(),
                name,
                Base64.getEncoder().encodeToString(self.privateKey()),
                peer.publicKey().text(),
                endpoint,
                allowed);
        String line = process.inputReader().readLine();
        if (!"ready".equals(line)) {
            throw new IOException("our device: " + line);
        }
        return process;
    }

    /// Its control socket is named after the interface.
    private static Process reference(
            NetworkNamespace where,
            String name,
            TunnelIdentity self,
            TunnelIdentity peer,
            String endpoint,
            String allowed)
            throws IOException, InterruptedException {
        Path binary = LabPaths.of(System.getenv()).peers().resolve("bin/wireguard");
        Path socket = Path.of("/var/run/wireguard", name + ".sock");
        Process process = start(where, binary.toString(), "-f", name);
        long end = System.currentTimeMillis() + PATIENCE_MILLIS;
        while (!Files.exists(socket)) {
            if (System.currentTimeMillis() > end) {
                throw new IOException(binary + " does not listen: testbed/peers/build makes it");
            }
            TimeUnit.MILLISECONDS.sleep(20);
        }
        HexFormat hex = HexFormat.of();
        String text = "set=1\nprivate_key=" + hex.formatHex(self.privateKey()) + "\nlisten_port=" + TunnelBench.PORT
                + "\npublic_key=" + hex.formatHex(peer.publicKey().bytes()) + "\nendpoint=" + endpoint + ":"
                + TunnelBench.PORT + "\nallowed_ip=" + allowed + "\n\n";
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
            channel.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII)));
            ByteBuffer answer = ByteBuffer.allocate(64);
            channel.read(answer);
            if (!new String(answer.array(), 0, answer.position(), StandardCharsets.US_ASCII).startsWith("errno=0")) {
                throw new IOException("wireguard-go refuses its configuration");
            }
        }
        return process;
    }

    /// Runs a command in the left namespace.
    String inLeft(String... command) throws IOException, InterruptedException {
        return run(left, command);
    }

    /// Starts a command in the right one.
    void startInRight(String... command) throws IOException {
        others.add(start(right, command));
    }

    /// What both ends have used.
    double cpuSeconds() throws IOException {
        double ticks = 0;
        for (Process end : ends) {
            String stat = Files.readString(Path.of("/proc/" + end.pid() + "/stat"));
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
            ticks += Double.parseDouble(fields[USER_TICKS]) + Double.parseDouble(fields[SYSTEM_TICKS]);
        }
        return ticks / TICKS;
    }

    /// What one of them has in memory.
    double mebibytes() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/" + ends.getFirst().pid() + "/status"))) {
            if (line.startsWith("VmRSS:")) {
                return Double.parseDouble(line.replaceAll("[^0-9]", "")) / KIBI;
            }
        }
        throw new IOException("the process is gone");
    }

    @Override
    public void close() {
        others.forEach(Process::destroyForcibly);
        ends.forEach(Process::destroy);
        ends.forEach(end -> end.onExit().join());
        left.close();
        right.close();
    }
}
