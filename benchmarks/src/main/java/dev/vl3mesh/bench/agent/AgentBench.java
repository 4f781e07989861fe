package dev.vl3mesh.bench.agent;

import dev.vl3mesh.bench.Benchmark;
import dev.vl3mesh.bench.Row;
import dev.vl3mesh.bench.Samples;
import dev.vl3mesh.model.KubeClusterName;
import dev.vl3mesh.model.NodeName;
import dev.vl3mesh.model.address.IpAddress;
import dev.vl3mesh.model.plan.MeshResource;
import dev.vl3mesh.model.plan.MeshResource.AttachmentResource;
import dev.vl3mesh.model.plan.MeshResource.NodeResource;
import dev.vl3mesh.model.plan.MeshResource.ServiceEndpoint;
import dev.vl3mesh.model.plan.MeshResource.ServicePort;
import dev.vl3mesh.model.plan.MeshResource.ServiceResource;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// What one agent needs: memory with 500 attachments, time in the runtime's hook, time for 10,000 routes.
public final class AgentBench implements Benchmark {
    private static final int PODS = 500;
    /// The first pods open the room and run code that nobody has run yet; a node is not new for long.
    private static final int WARM_UP_PODS = 50;
    private static final int SERVICE_PODS = 10;
    private static final int FAR_NODES = 100;
    private static final int FAR_PODS_PER_NODE = 100;
    private static final int SINGLE_ROUTES = 200;
    private static final long SETTLE_SECONDS = 20;
    private static final double RESIDENT_MIB_MAX = 120;
    private static final double HOOK_MILLIS_MAX = 10;
    private static final double ROUTES_MILLIS_MAX = 2_000;
    private static final KubeClusterName WEST = new KubeClusterName("west");

    @Override
    public String name() {
        return "agent";
    }

    @Override
    public String about() {
        return "one agent process with " + PODS + " attachments and " + FAR_NODES * FAR_PODS_PER_NODE + " routes";
    }

    @Override
    public Place place() {
        return Place.ALONE;
    }

    @Override
    public List<Row> run() throws Exception {
        try (AgentNode node = new AgentNode(List.of(), List.of())) {
            List<Row> rows = new ArrayList<>();
            double empty = node.residentMib();
            rows.addAll(hook(node));
            node.publish(LoneControl.CLUSTER, services());
            TimeUnit.SECONDS.sleep(SETTLE_SECONDS); // reports, probes, a CRI list
            rows.add(Row.atMost(
                    "resident memory of the agent, " + PODS + " attachments, " + PODS / SERVICE_PODS + " services",
                    node.residentMib(),
                    "MiB",
                    RESIDENT_MIB_MAX));
            rows.add(Row.told("resident memory of the agent, no attachment", empty, "MiB", "-"));
            rows.addAll(routes(node));
            rows.add(Row.told(
                    "resident memory of the agent, " + PODS + " attachments and " + FAR_NODES * FAR_PODS_PER_NODE
                            + " routes",
                    node.residentMib(),
                    "MiB",
                    "-"));
            return rows;
        }
    }

    private static List<Row> hook(AgentNode node) throws IOException, InterruptedException {
        List<Double> millis = new ArrayList<>();
        List<String> pods = node.plan(PODS);
        double first = 0;
        for (int i = 0; i < pods.size(); i++) {
            double waited = node.run(pods.get(i)) / 1e6;
            if (i == 0) {
                first = waited;
            } else if (i >= WARM_UP_PODS) {
                millis.add(waited);
            }
        }
        node.awaitAttached(PODS);
        Samples samples = Samples.of(millis);
        return List.of(
                Row.atMost(
                        "NRI hook, p99 of " + samples.count() + " pods", samples.percentile(99), "ms", HOOK_MILLIS_MAX),
                Row.told("NRI hook, median", samples.median(), "ms", "-"),
                Row.told("NRI hook, the node's first pod", first, "ms", "opens the room"));
    }

    private static List<ServiceResource> services() {
        List<ServiceResource> services = new ArrayList<>();
        for (int i = 0; i < PODS / SERVICE_PODS; i++) {
            List<ServiceEndpoint> endpoints = new ArrayList<>();
            for (int pod = i * SERVICE_PODS; pod < (i + 1) * SERVICE_PODS; pod++) {
                endpoints.add(new ServiceEndpoint(AgentNode.addresses(pod), "", "web-" + pod, true));
            }
            services.add(new ServiceResource(
                    LoneControl.CLUSTER,
                    AgentNode.RED,
                    "shop",
                    "svc-" + i,
                    false,
                    List.of(new ServicePort("http", "TCP", 80, 8080)),
                    endpoints));
        }
        return services;
    }

    /// From the control plane's store to the room's kernel.
    private static List<Row> routes(AgentNode node) {
        int before = node.prefixes();
        List<MeshResource> far = new ArrayList<>();
        for (int n = 0; n < FAR_NODES; n++) {
            NodeName name = new NodeName("far-" + n);
            far.add(new NodeResource(
                    WEST, AgentNode.RED, name, List.of(IpAddress.parse("198.51.100." + (n + 1))), Optional.empty()));
            for (int p = 0; p < FAR_PODS_PER_NODE; p++) {
                far.add(attachment(name, "172.16." + (n + 100) + "." + (p + 1)));
            }
        }
        long start = System.nanoTime();
        node.publish(WEST, far);
        int expected = before + FAR_NODES * FAR_PODS_PER_NODE;
        double all = (node.awaitPrefixes(expected) - start) / 1e6;
        List<Double> single = new ArrayList<>();
        for (int i = 0; i < SINGLE_ROUTES; i++) {
            MeshResource one = attachment(new NodeName("far-7"), "172.16.50." + (i + 1));
            long began = System.nanoTime();
            node.publish(WEST, List.of(one));
            expected++;
            single.add((node.awaitPrefixes(expected) - began) / 1e6);
        }
        Samples samples = Samples.of(single);
        return List.of(
                Row.atMost(
                        FAR_NODES * FAR_PODS_PER_NODE + " routes from the control plane's store to the kernel",
                        all,
                        "ms",
                        ROUTES_MILLIS_MAX),
                Row.told("one more route beside them, median of " + samples.count(), samples.median(), "ms", "-"));
    }

    private static AttachmentResource attachment(NodeName node, String address) {
        return new AttachmentResource(
                WEST,
                AgentNode.RED,
                List.of(IpAddress.parse(address)),
                node,
                "shop",
                "far",
                Optional.empty(),
                "default",
                true);
    }
}
