package dev.vl3mesh.bench.lab;

import dev.vl3mesh.bench.Benchmark;
import dev.vl3mesh.bench.Row;
import dev.vl3mesh.bench.Samples;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.ArrayList;
import java.util.List;

/// Packets between pods of two clusters over a domain, beside a plain kernel VXLAN between two namespaces of the same
/// two nodes.
public final class CarrierBench implements Benchmark {
    private static final int ROUNDS = 5;
    private static final double RATIO_MIN = 0.97;

    private final LabSession session;

    /// @param session the lab to run on
    public CarrierBench(LabSession session) {
        this.session = session;
    }

    @Override
    public String name() {
        return "carrier";
    }

    @Override
    public String about() {
        return "TCP, UDP and round trips over a domain beside plain VXLAN, in turns; about " + 3 * ROUNDS * 12 + " s";
    }

    @Override
    public Place place() {
        return Place.LAB;
    }

    /// What one path gave in all rounds.
    private static final class Side {
        final Traffic traffic;
        final List<Double> oneStream = new ArrayList<>();
        final List<Double> fourStreams = new ArrayList<>();
        final List<Double> udp = new ArrayList<>();
        final List<Double> roundTrip = new ArrayList<>();
        final List<Double> roundTripP99 = new ArrayList<>();
        final List<Double> cpuPerGib = new ArrayList<>();

        Side(Traffic traffic) {
            this.traffic = traffic;
        }

        void round() throws Exception {
            Traffic.Stream one = traffic.tcp(1);
            oneStream.add(one.gigabits());
            cpuPerGib.add(one.cpuSecondsPerGib());
            fourStreams.add(traffic.tcp(4).gigabits());
            udp.add(traffic.udp().gigabits());
            Samples trips = traffic.roundTripMicros();
            roundTrip.add(trips.median());
            roundTripP99.add(trips.percentile(99));
        }
    }

    @Override
    public List<Row> run() throws Exception {
        try (World world = new World(session.need())) {
            world.awaitReady("east", World.INSIDE, "first");
            world.awaitReady("west", World.INSIDE, "first");
            Pod east = pod(world, "east");
            Pod west = pod(world, "west");
            int mtu = PlainVxlan.mtu(World.networkNamespace(east), World.ROOM);
            try (PlainVxlan plain = new PlainVxlan(session.commands(), world, mtu, false);
                    PlainVxlan routed = new PlainVxlan(session.commands(), world, mtu, true)) {
                Side domain = new Side(new Traffic(
                        World.networkNamespace(east), World.networkNamespace(west), RouteBench.address(west)));
                Side bare = new Side(plain.traffic());
                Side veths = new Side(routed.traffic());
                for (int round = 0; round <= ROUNDS; round++) {
                    for (Side side : List.of(bare, domain, veths)) {
                        side.round();
                    }
                    if (round == 0) {
                        List.of(bare, domain, veths).forEach(CarrierBench::forget);
                    }
                }
                return rows(domain, bare, veths, mtu);
            }
        }
    }

    private static void forget(Side side) {
        List.of(side.oneStream, side.fourStreams, side.udp, side.roundTrip, side.roundTripP99, side.cpuPerGib)
                .forEach(List::clear);
    }

    private static Pod pod(World world, String cluster) {
        return world.client(cluster)
                .pods()
                .inNamespace(World.INSIDE)
                .withName("first")
                .get();
    }

    private static List<Row> rows(Side domain, Side bare, Side veths, int mtu) {
        List<Row> rows = new ArrayList<>();
        String at = ", MTU " + mtu;
        rows.add(faster("TCP over the domain, 1 stream" + at, domain.oneStream, bare.oneStream));
        rows.add(faster("TCP over the domain, 4 streams" + at, domain.fourStreams, bare.fourStreams));
        rows.add(faster("UDP received over the domain" + at, domain.udp, bare.udp));
        rows.add(sooner("TCP round trip over the domain, median", domain.roundTrip, bare.roundTrip));
        rows.add(sooner("TCP round trip over the domain, p99", domain.roundTripP99, bare.roundTripP99));
        rows.add(beside("processor time for a GiB of TCP, whole machine", "s", domain.cpuPerGib, bare.cpuPerGib));
        String why = "plain VXLAN behind a veth and a router of 2 namespaces: ";
        rows.add(explained("TCP, 1 stream", "Gbit/s", domain.oneStream, veths.oneStream, why));
        rows.add(explained("TCP, 4 streams", "Gbit/s", domain.fourStreams, veths.fourStreams, why));
        rows.add(explained("UDP", "Gbit/s", domain.udp, veths.udp, why));
        rows.add(explained("TCP round trip", "us", domain.roundTrip, veths.roundTrip, why));
        return rows;
    }

    private static double median(List<Double> values) {
        return Samples.of(values).median();
    }

    private static Row faster(String what, List<Double> ours, List<Double> theirs) {
        double ratio = median(ours) / median(theirs);
        return Row.beside(
                what, median(ours), "Gbit/s", "plain VXLAN", median(theirs), "at least 0.97 x", ratio >= RATIO_MIN);
    }

    private static Row sooner(String what, List<Double> ours, List<Double> theirs) {
        boolean met = median(theirs) / median(ours) >= RATIO_MIN;
        return Row.beside(what, median(ours), "us", "plain VXLAN", median(theirs), "at most 1/0.97 x", met);
    }

    private static Row beside(String what, String unit, List<Double> ours, List<Double> theirs) {
        return Row.beside(what, median(ours), unit, "plain VXLAN", median(theirs), Row.NO_GOAL, true);
    }

    private static Row explained(String what, String unit, List<Double> ours, List<Double> theirs, String why) {
        return new Row(
                what + " over the domain beside the same hops",
                median(ours),
                unit,
                why + String.format(java.util.Locale.ROOT, "%.3g %s", median(theirs), unit),
                median(ours) / median(theirs),
                Row.NO_GOAL,
                true);
    }
}
