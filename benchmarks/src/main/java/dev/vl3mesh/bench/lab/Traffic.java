package dev.vl3mesh.bench.lab;

import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import dev.vl3mesh.bench.Samples;
import dev.vl3mesh.linux.netns.NetworkNamespace;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// Traffic from one network namespace to another: streams by iperf3, round trips by a small client and server of ours.
///
/// @param from the client's namespace, as a file
/// @param to the server's namespace, as a file
/// @param address the server's
record Traffic(Path from, Path to, String address) {
    private static final int STREAM_SECONDS = 3;
    private static final int PORT = 5201;
    private static final int ROUND_TRIPS = 20_000;
    private static final int MESSAGE_BYTES = 64;
    /// Fits in one packet of the smallest MTU that a domain may have.
    private static final int DATAGRAM_BYTES = 1_200;

    private static final double TICKS_PER_SECOND = 100;

    /// What came through.
    ///
    /// @param gigabits received per second
    /// @param cpuSecondsPerGib processor time of the whole machine, somebody else's work included
    record Stream(double gigabits, double cpuSecondsPerGib) {}

    /// Sends as fast as TCP does.
    Stream tcp(int streams) throws IOException, InterruptedException {
        return iperf("-P", Integer.toString(streams));
    }

    /// Sends as fast as one thread can; what the receiver got counts.
    Stream udp() throws IOException, InterruptedException {
        return iperf("-u", "-b", "0", "-l", Integer.toString(DATAGRAM_BYTES));
    }

    private Stream iperf(String... options) throws IOException, InterruptedException {
        Process server = start(to, "iperf3", "-s", "-1", "-p", Integer.toString(PORT));
        try {
            awaitListening();
            double cpu = busySeconds();
            List<String> command =
                    new ArrayList<>(List.of("iperf3", "-J", "-c", address, "-p", Integer.toString(PORT)));
            command.addAll(List.of("-t", Integer.toString(STREAM_SECONDS)));
            command.addAll(Arrays.asList(options));
            Process client = start(from, command.toArray(String[]::new));
            String output = new String(client.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            client.waitFor();
            return stream(output, busySeconds() - cpu);
        } finally {
            server.destroyForcibly();
            server.waitFor();
        }
    }

    /// Reads iperf3's own account of a run.
    ///
    /// @param cpuSeconds processor time that was used meanwhile
    /// @throws IOException with the account, if it is one of a failure
    static Stream stream(String output, double cpuSeconds) throws IOException {
        try {
            if (JsonParser.parseString(output) instanceof JsonObject account
                    && account.get("end") instanceof JsonObject end) {
                if (end.get("sum_received") instanceof JsonObject received) {
                    return stream(received, 1, cpuSeconds);
                }
                if (end.get("sum") instanceof JsonObject sent) {
                    return stream(sent, 1 - sent.get("lost_percent").getAsDouble() / 100, cpuSeconds);
                }
            }
            throw new IOException("iperf3: " + output);
        } catch (JsonParseException e) {
            throw new IOException("iperf3: " + output, e);
        }
    }

    private static Stream stream(JsonObject sum, double arrived, double cpuSeconds) {
        double bytes = sum.get("bytes").getAsDouble() * arrived;
        double bits = sum.get("bits_per_second").getAsDouble() * arrived;
        return new Stream(bits / 1e9, cpuSeconds / (bytes / (1 << 30)));
    }

    private static Process start(Path namespace, String... command) throws IOException {
        List<String> line = new ArrayList<>(List.of("setpriv", "--pdeathsig", "KILL", "nsenter", "--net=" + namespace));
        line.addAll(Arrays.asList(command));
        return new ProcessBuilder(line).redirectErrorStream(true).start();
    }

    /// The port in hexadecimal and state LISTEN, of proc_net_tcp: iperf3 listens on IPv6 for both.
    private void awaitListening() throws IOException, InterruptedException {
        String wanted = String.format(java.util.Locale.ROOT, ":%04X 00000000000000000000000000000000:0000 0A", PORT);
        try (NetworkNamespace namespace = NetworkNamespace.open(to)) {
            World.await(
                    "iperf3 to listen",
                    () -> namespace.call(() -> Files.readString(Path.of("/proc/thread-self/net/tcp6"))
                            .contains(wanted)));
        }
    }

    /// Time that all processors together were not idle: proc_stat, all but idle and iowait.
    private static double busySeconds() throws IOException {
        String[] fields = Files.readAllLines(Path.of("/proc/stat")).getFirst().split(" +");
        double ticks = 0;
        for (int i = 1; i < fields.length; i++) {
            ticks += i == 4 || i == 5 || i > 8 ? 0 : Long.parseLong(fields[i]);
        }
        return ticks / TICKS_PER_SECOND;
    }

    /// Sends a small message and waits for it to come back, again and again, over one connection.
    ///
    /// @return microseconds of each
    Samples roundTripMicros() throws IOException, InterruptedException {
        try (NetworkNamespace near = NetworkNamespace.open(from);
                NetworkNamespace far = NetworkNamespace.open(to);
                ServerSocketChannel server = far.call(Traffic::listen)) {
            Thread echo = Thread.ofPlatform().name("bench-echo").daemon().start(() -> echo(server));
            double[] micros = new double[ROUND_TRIPS];
            try (SocketChannel client =
                    near.call(() -> SocketChannel.open(new InetSocketAddress(InetAddress.ofLiteral(address), PORT)))) {
                client.setOption(StandardSocketOptions.TCP_NODELAY, true);
                ByteBuffer message = ByteBuffer.allocateDirect(MESSAGE_BYTES);
                for (int i = -ROUND_TRIPS / 10; i < ROUND_TRIPS; i++) {
                    long start = System.nanoTime();
                    client.write(message.clear());
                    fill(client, message.clear());
                    if (i >= 0) {
                        micros[i] = (System.nanoTime() - start) / 1e3;
                    }
                }
            }
            echo.join(TimeUnit.SECONDS.toMillis(5));
            return Samples.of(micros);
        }
    }

    private static ServerSocketChannel listen() throws IOException {
        return ServerSocketChannel.open().bind(new InetSocketAddress(PORT));
    }

    private static void echo(ServerSocketChannel server) {
        try (SocketChannel client = server.accept()) {
            client.setOption(StandardSocketOptions.TCP_NODELAY, true);
            ByteBuffer message = ByteBuffer.allocateDirect(MESSAGE_BYTES);
            while (fill(client, message.clear())) {
                client.write(message.flip());
            }
        } catch (IOException e) {
            // the client has seen it too, and says so
        }
    }

    private static boolean fill(SocketChannel channel, ByteBuffer message) throws IOException {
        while (message.hasRemaining()) {
            if (channel.read(message) < 0) {
                return false;
            }
        }
        return true;
    }
}
