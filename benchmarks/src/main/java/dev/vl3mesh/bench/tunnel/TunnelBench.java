package dev.vl3mesh.bench.tunnel;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.vl3mesh.bench.Benchmark;
import dev.vl3mesh.bench.Row;
import dev.vl3mesh.bench.Samples;
import dev.vl3mesh.tunnel.TunnelIdentity;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What goes through a WireGuard tunnel between two network namespaces, by our device and by wireguard-go, in turns on
/// the same processors.
public final class TunnelBench implements Benchmark {
    static final int PORT = 51820;
    private static final String FAR = "10.9.0.2";
    private static final int ROUNDS = 3;
    private static final int SECONDS = 5;
    private static final double GIBI = 1 << 30;
    private static final double GIGA = 1e9;
    private static final double FASTER = 2.5;
    private static final double LESS_CPU = 0.45;
    private static final double LESS_MEMORY = 0.4;
    private static final double SOONER = 0.6;
    private static final String PEER = "wireguard-go";
    /// iputils: `rtt min/avg/max/mdev = 0.1/0.2/0.3/0.01 ms`.
    private static final Pattern RTT = Pattern.compile("rtt min/avg/max/mdev = [^/]+/([^/]+)/");

    @Override
    public String name() {
        return "tunnel";
    }

    @Override
    public String about() {
        return "WireGuard in Java beside wireguard-go: TCP, round trips, processor time, memory; about 2 minutes";
    }

    @Override
    public Place place() {
        return Place.ALONE;
    }

    /// What one round gave.
    private record Sample(double gigabits, double cpuPerGibibyte, double mebibytes, double roundTripMicros) {}

    @Override
    public List<Row> run() throws Exception {
        Map<String, List<Sample>> samples = new TreeMap<>();
        TunnelIdentity left = TunnelIdentity.create(new SecureRandom());
        TunnelIdentity right = TunnelIdentity.create(new SecureRandom());
        for (int round = 0; round < ROUNDS; round++) {
            for (boolean ours : new boolean[] {true, false}) {
                try (TunnelPair pair = new TunnelPair(left, right, ours)) {
                    samples.computeIfAbsent(ours ? "ours" : PEER, _ -> new ArrayList<>())
                            .add(measure(pair));
                }
            }
        }
        return rows(samples.getOrDefault("ours", List.of()), samples.getOrDefault(PEER, List.of()));
    }

    private static Sample measure(TunnelPair pair) throws IOException, InterruptedException {
        pair.inLeft("ping", "-c", "20", "-i", "0.01", "-w", "10", FAR);
        pair.startInRight("iperf3", "-s", "-1");
        pair.inLeft("sh", "-c", "until iperf3 -c " + FAR + " -t 2 >/dev/null 2>&1; do sleep 0.1; done"); // warms up
        pair.startInRight("iperf3", "-s", "-1");
        pair.inLeft("sleep", "0.5");
        double cpuBefore = pair.cpuSeconds();
        JsonObject end = JsonParser.parseString(pair.inLeft("iperf3", "-c", FAR, "-t", Integer.toString(SECONDS), "-J"))
                .getAsJsonObject()
                .getAsJsonObject("end")
                .getAsJsonObject("sum_received");
        double cpu = pair.cpuSeconds() - cpuBefore;
        double memory = pair.mebibytes();
        Matcher rtt = RTT.matcher(pair.inLeft("ping", "-q", "-c", "2000", "-i", "0.001", "-w", "20", FAR));
        if (!rtt.find()) {
            throw new IOException("ping told no round trips");
        }
        return new Sample(
                end.get("bits_per_second").getAsDouble() / GIGA,
                cpu / (end.get("bytes").getAsDouble() / GIBI),
                memory,
                Double.parseDouble(rtt.group(1)) * 1000);
    }

    private static double median(List<Sample> samples, ToDoubleFunction<Sample> value) {
        return Samples.of(samples.stream().mapToDouble(value).toArray()).median();
    }

    private static List<Row> rows(List<Sample> ours, List<Sample> theirs) {
        double fast = median(ours, Sample::gigabits);
        double theirFast = median(theirs, Sample::gigabits);
        double cpu = median(ours, Sample::cpuPerGibibyte);
        double theirCpu = median(theirs, Sample::cpuPerGibibyte);
        double memory = median(ours, Sample::mebibytes);
        double theirMemory = median(theirs, Sample::mebibytes);
        double trip = median(ours, Sample::roundTripMicros);
        double theirTrip = median(theirs, Sample::roundTripMicros);
        return List.of(
                Row.beside(
                        "TCP, one stream", fast, "Gb/s", PEER, theirFast, "at least 2.5 x", fast >= FASTER * theirFast),
                Row.beside(
                        "processor time of both ends",
                        cpu,
                        "s/GiB",
                        PEER,
                        theirCpu,
                        "at most 0.45 x",
                        cpu <= LESS_CPU * theirCpu),
                Row.beside(
                        "resident memory of one end after the load",
                        memory,
                        "MiB",
                        PEER,
                        theirMemory,
                        "at most 0.4 x",
                        memory <= LESS_MEMORY * theirMemory),
                Row.beside(
                        "round trip, mean of 2000 pings",
                        trip,
                        "us",
                        PEER,
                        theirTrip,
                        "at most 0.6 x",
                        trip <= SOONER * theirTrip));
    }
}
