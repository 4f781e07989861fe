package dev.vl3mesh.bench.agent;

import dev.vl3mesh.bench.Benchmark;
import dev.vl3mesh.bench.Row;
import dev.vl3mesh.bench.Samples;
import dev.vl3mesh.linux.netns.NetworkNamespace;
import dev.vl3mesh.model.address.IpAddress;
import dev.vl3mesh.model.plan.MeshResource.ServiceEndpoint;
import dev.vl3mesh.model.plan.MeshResource.ServicePort;
import dev.vl3mesh.model.plan.MeshResource.ServiceResource;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.channels.DatagramChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// The agent's names beside CoreDNS: both in the same room, on the same address, asked by the same client in a pod.
public final class DnsBench implements Benchmark {
    private static final String ZONE = "red.vl3.internal";
    private static final int SERVICES = 100;
    private static final int ENDPOINTS = 3;
    private static final int SOCKETS = 8;
    private static final int UNDER_WAY = 64;
    private static final int PACE_PER_SECOND = 5_000;
    private static final long SPELL_MILLIS = 3_000;
    private static final int ROUNDS = 5;
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(20);
    private static final double TICKS_PER_SECOND = 100;

    @Override
    public String name() {
        return "dns";
    }

    @Override
    public String about() {
        return "names of a domain on its gateway, beside CoreDNS; about " + 2 * 2 * (ROUNDS + 1) * SPELL_MILLIS / 1000
                + " s";
    }

    @Override
    public Place place() {
        return Place.ALONE;
    }

    /// One server's rounds.
    private static final class Side implements AutoCloseable {
        final DnsLoad load;
        final long pid;
        final List<Double> perSecond = new ArrayList<>();
        final List<Double> p50 = new ArrayList<>();
        final List<Double> p99 = new ArrayList<>();
        final List<Double> cpuMicros = new ArrayList<>();
        long lost;

        Side(NetworkNamespace pod, InetSocketAddress server, long pid, List<String> names) throws IOException {
            this.load = new DnsLoad(sockets(pod), server, names);
            this.pid = pid;
        }

        private static List<DatagramChannel> sockets(NetworkNamespace pod) {
            return pod.call(() -> {
                List<DatagramChannel> sockets = new ArrayList<>();
                for (int i = 0; i < SOCKETS; i++) {
                    sockets.add(DatagramChannel.open(StandardProtocolFamily.INET));
                }
                return sockets;
            });
        }

        void awaitAnswers() throws IOException, InterruptedException {
            long end = System.nanoTime() + PATIENCE_NANOS;
            while (true) {
                try {
                    load.pace(50, 100);
                    return;
                } catch (IOException e) {
                    if (System.nanoTime() > end) {
                        throw e;
                    }
                    TimeUnit.MILLISECONDS.sleep(100);
                }
            }
        }

        void round(boolean counts) throws IOException {
            double cpu = cpuSeconds();
            DnsLoad.Outcome full = load.saturate(UNDER_WAY, SPELL_MILLIS);
            cpu = cpuSeconds() - cpu;
            DnsLoad.Outcome paced = load.pace(PACE_PER_SECOND, SPELL_MILLIS);
            if (counts) {
                perSecond.add(full.perSecond());
                p50.add(paced.micros().percentile(50));
                p99.add(paced.micros().percentile(99));
                cpuMicros.add(cpu * 1e6 / full.micros().count());
                lost += full.lost() + paced.lost();
            }
        }

        /// Fields 14 and 15 of proc_pid_stat(5).
        private double cpuSeconds() throws IOException {
            String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
            return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / TICKS_PER_SECOND;
        }

        @Override
        public void close() throws IOException {
            load.close();
        }
    }

    @Override
    public List<Row> run() throws Exception {
        Path folder = Files.createTempDirectory("vl3-coredns");
        Map<String, List<IpAddress>> zone = zone();
        List<String> names = List.copyOf(zone.keySet());
        IpAddress gateway = AgentNode.PLAN.gateway().getFirst();
        try (AgentNode node = new AgentNode(List.of(), List.of())) {
            String pod = node.plan(1).getFirst();
            node.run(pod);
            node.publish(LoneControl.CLUSTER, services());
            try (NetworkNamespace client = node.pod(pod);
                    CoreDns coredns =
                            new CoreDns(Path.of("/run/netns/vl3-" + AgentNode.RED), folder, gateway, ZONE, zone);
                    Side ours =
                            new Side(client, new InetSocketAddress(gateway.toInetAddress(), 53), node.pid(), names);
                    Side theirs = new Side(client, coredns.address(), coredns.pid(), names)) {
                ours.awaitAnswers();
                theirs.awaitAnswers();
                for (int round = 0; round <= ROUNDS; round++) {
                    ours.round(round > 0);
                    theirs.round(round > 0);
                }
                return rows(ours, theirs);
            }
        }
    }

    private static List<Row> rows(Side ours, Side theirs) {
        double perSecond = Samples.of(ours.perSecond).median();
        double peerPerSecond = Samples.of(theirs.perSecond).median();
        double p99 = Samples.of(ours.p99).median();
        double peerP99 = Samples.of(theirs.p99).median();
        List<Row> rows = new ArrayList<>();
        rows.add(Row.beside(
                "DNS answers per second, " + UNDER_WAY + " queries under way",
                perSecond,
                "/s",
                "CoreDNS",
                peerPerSecond,
                "at least CoreDNS's",
                perSecond >= peerPerSecond));
        String paced = "DNS answer at " + PACE_PER_SECOND + " queries per second, ";
        rows.add(Row.beside(paced + "p99", p99, "us", "CoreDNS", peerP99, "at most CoreDNS's", p99 <= peerP99));
        rows.add(beside(paced + "median", ours.p50, "us", theirs.p50));
        rows.add(beside("processor time for a DNS answer", ours.cpuMicros, "us", theirs.cpuMicros));
        rows.add(Row.told("DNS queries lost", (double) ours.lost, "queries", "CoreDNS: " + theirs.lost));
        return rows;
    }

    private static Row beside(String what, List<Double> ours, String unit, List<Double> theirs) {
        return Row.beside(
                what,
                Samples.of(ours).median(),
                unit,
                "CoreDNS",
                Samples.of(theirs).median(),
                Row.NO_GOAL,
                true);
    }

    private static Map<String, List<IpAddress>> zone() {
        Map<String, List<IpAddress>> zone = new LinkedHashMap<>();
        for (int service = 0; service < SERVICES; service++) {
            List<IpAddress> addresses = new ArrayList<>();
            endpoints(service).forEach(endpoint -> addresses.addAll(endpoint.addresses()));
            zone.put("svc-" + service + ".shop.svc." + ZONE, addresses);
        }
        return zone;
    }

    private static List<ServiceResource> services() {
        List<ServiceResource> services = new ArrayList<>();
        for (int service = 0; service < SERVICES; service++) {
            services.add(new ServiceResource(
                    LoneControl.CLUSTER,
                    AgentNode.RED,
                    "shop",
                    "svc-" + service,
                    false,
                    List.of(new ServicePort("http", "TCP", 80, 8080)),
                    endpoints(service)));
        }
        return services;
    }

    private static List<ServiceEndpoint> endpoints(int service) {
        List<ServiceEndpoint> endpoints = new ArrayList<>();
        for (int i = 0; i < ENDPOINTS; i++) {
            int pod = service * ENDPOINTS + i;
            endpoints.add(new ServiceEndpoint(AgentNode.addresses(pod), "", "web-" + pod, true));
        }
        return endpoints;
    }
}
