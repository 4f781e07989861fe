package dev.vl3mesh.agent.attach;

import static dev.vl3mesh.agent.attach.Resources.GREEN;
import static dev.vl3mesh.agent.attach.Resources.RED;
import static dev.vl3mesh.agent.attach.Resources.green;
import static dev.vl3mesh.agent.attach.Resources.node;
import static dev.vl3mesh.agent.attach.Resources.red;
import static dev.vl3mesh.agent.attach.Resources.remote;
import static dev.vl3mesh.agent.attach.TwoNodes.attachment;
import static org.assertj.core.api.Assertions.assertThat;

import dev.vl3mesh.linux.netlink.RouteClient;
import dev.vl3mesh.linux.netns.NetworkNamespace;
import dev.vl3mesh.model.plan.MeshResource;
import dev.vl3mesh.model.plan.MeshResource.AttachmentResource;
import dev.vl3mesh.model.plan.SnapshotDelta;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A node in a large domain. The bounds are what other work on the same machine may not break; what it really
/// takes is logged.
class ScaleIT {
    private static final Logger log = LoggerFactory.getLogger(ScaleIT.class);
    private static final int NODES = 100;
    private static final int PODS_PER_NODE = 100;
    private static final long ROUTES_MILLIS_MAX = 2_000;
    private static final long ONE_ROUTE_MILLIS_MAX = 100;
    private static final int LOCAL_PODS = 150;
    private static final long ATTACH_MILLIS_MAX = 30;
    private static final int MESH_PODS = 100;
    private static final int RULES_MAX = 64;

    private final TwoNodes nodes;

    ScaleIT() throws Exception {
        nodes = new TwoNodes(1500);
        nodes.publish(red());
    }

    @AfterEach
    void down() {
        nodes.close();
    }

    private static long millisSince(long startNanos) {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNanos);
    }

    /// Handles events; answers with the thread's own time, the kernel's part included, because a busy machine
    /// makes everything else last.
    private long handle(NodeEvent... events) {
        var clock = ManagementFactory.getThreadMXBean();
        long start = clock.getCurrentThreadCpuTime();
        nodes.left.agent.handle(List.of(events));
        return TimeUnit.NANOSECONDS.toMillis(clock.getCurrentThreadCpuTime() - start);
    }

    private int routes() {
        try (NetworkNamespace room = nodes.left.node.mounts.pin("vl3-red");
                RouteClient client = RouteClient.open(room)) {
            return client.routes().size();
        }
    }

    private static List<MeshResource> far(int pods) {
        List<MeshResource> resources = new ArrayList<>();
        for (int n = 0; n < NODES; n++) {
            var key = node("west", "far" + n);
            resources.add(Resources.node(RED, key, "198.51.100." + (n + 1)));
            for (int p = 0; p < pods; p++) {
                resources.add(remote(RED, key, "172.16." + (n + 100) + "." + (p + 1)));
            }
        }
        return resources;
    }

    @Test
    void tenThousandRoutes() throws Exception {
        nodes.publish(attachment(nodes.left, RED, "a", "172.16.3.7", "fd00:16::3:7"));
        nodes.left.start("a", RED);
        int before = routes();
        List<MeshResource> far = far(PODS_PER_NODE);

        long put = handle(new NodeEvent.Learnt(new SnapshotDelta(far, Set.of())));
        assertThat(routes()).isEqualTo(before + NODES * PODS_PER_NODE);

        MeshResource more = remote(RED, node("west", "far7"), "172.16.50.1");
        far.add(more);
        long one = handle(new NodeEvent.Learnt(new SnapshotDelta(List.of(more), Set.of())));

        // What an agent that starts again does: compares all of it, and finds nothing to do.
        nodes.left.agent.release();
        nodes.left.agent = nodes.left.agent();
        List<MeshResource> all = new ArrayList<>(nodes.everything().upserts());
        all.addAll(far);
        long again = handle(
                new NodeEvent.Learnt(new SnapshotDelta(all, Set.of())),
                new NodeEvent.Complete(),
                new NodeEvent.SandboxesListed(nodes.left.sandboxes, System.nanoTime()));
        assertThat(routes()).isEqualTo(before + NODES * PODS_PER_NODE + 1);

        log.info("10,000 routes: put {} ms, one more {} ms, compared {} ms", put, one, again);
        assertThat(put).as("10,000 routes").isLessThan(ROUTES_MILLIS_MAX);
        assertThat(one).as("one more").isLessThan(ONE_ROUTE_MILLIS_MAX);
        assertThat(again).as("10,000 routes that are there").isLessThan(ROUTES_MILLIS_MAX);
    }

    @Test
    void thePodBeforeTheLastAttachesAsFastAsTheFirst() throws Exception {
        long[] millis = new long[LOCAL_PODS];
        for (int i = 0; i < LOCAL_PODS; i++) {
            nodes.publish(attachment(
                    nodes.left, RED, "p" + i, "172.16.3." + (i + 1), "fd00:16::3:" + Integer.toHexString(i + 1)));
            var sandbox = nodes.left.node.pod("p" + i, RED);
            long start = System.nanoTime();
            nodes.left.agent.handle(List.of(new NodeEvent.SandboxStarted(sandbox, start, new CompletableFuture<>())));
            millis[i] = millisSince(start);
        }
        assertThat(nodes.left.agent.status(System.nanoTime()).pods())
                .hasSize(LOCAL_PODS)
                .allMatch(pod -> pod.problem().isEmpty());
        long[] late = Arrays.copyOfRange(millis, LOCAL_PODS / 2, LOCAL_PODS);
        Arrays.sort(late);
        log.info(
                "attach: first {} ms, later p50 {} ms, worst {} ms",
                millis[0],
                late[late.length / 2],
                late[late.length - 1]);
        assertThat(late[late.length / 4]).as("of a quarter").isLessThan(ATTACH_MILLIS_MAX);
    }

    /// In the pod's network: how many rules its tables have.
    private int rules(String pod) {
        return (int) nodes.left
                .in(pod, "nft", "-a", "list", "ruleset")
                .lines()
                .filter(line -> line.startsWith("\t\t") && line.contains("# handle") && !line.contains("type "))
                .count();
    }

    private long attachInBoth(int number) {
        String pod = "m" + number;
        String hex = Integer.toHexString(number + 1);
        nodes.publish(
                withSidecar(attachment(nodes.left, RED, pod, "172.16.4." + (number + 1), "fd00:16::4:" + hex)),
                withSidecar(attachment(nodes.left, GREEN, pod, "172.17.4." + (number + 1), "fd00:17::4:" + hex)));
        var sandbox = nodes.left.node.pod(pod, RED, GREEN);
        return handle(new NodeEvent.SandboxStarted(sandbox, System.nanoTime(), new CompletableFuture<>()));
    }

    private static AttachmentResource withSidecar(AttachmentResource a) {
        return new AttachmentResource(
                a.origin(),
                a.domain(),
                a.addresses(),
                a.node(),
                a.namespace(),
                a.pod(),
                a.podUid(),
                a.serviceAccount(),
                a.ready(),
                true,
                a.workload());
    }

    /// What a pod in two meshes costs its node does not depend on how many there are.
    @Test
    void aHundredPodsInTwoMeshes() {
        nodes.publish(green());
        long[] millis = new long[MESH_PODS];
        for (int i = 0; i < MESH_PODS; i++) {
            millis[i] = attachInBoth(i);
        }
        assertThat(nodes.left.agent.status(System.nanoTime()).pods())
                .hasSize(2 * MESH_PODS)
                .allMatch(pod -> pod.problem().isEmpty());
        assertThat(rules("m" + (MESH_PODS - 1)))
                .as("rules of the last pod's tables")
                .isEqualTo(rules("m0"))
                .isLessThan(RULES_MAX);
        long[] early = Arrays.copyOfRange(millis, MESH_PODS / 10, 3 * MESH_PODS / 10);
        long[] late = Arrays.copyOfRange(millis, 8 * MESH_PODS / 10, MESH_PODS);
        Arrays.sort(early);
        Arrays.sort(late);
        long first = early[early.length / 2];
        long last = late[late.length / 2];
        log.info(
                "attach in two meshes, of the thread's time: {} ms with 10 pods, {} ms with 100; {} rules a pod",
                first,
                last,
                rules("m0"));
        assertThat(last).as("of the hundredth, in ms").isLessThanOrEqualTo(2 * first + 2);
    }
}
