package dev.vl3mesh.bench.lab;

import dev.vl3mesh.api.v1alpha1.Attachment;
import dev.vl3mesh.bench.Benchmark;
import dev.vl3mesh.bench.Row;
import dev.vl3mesh.bench.Samples;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.Watch;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import java.io.BufferedReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// How soon a node of one cluster has the route to a new pod of another.
public final class RouteBench implements Benchmark {
    private static final int PODS = 40;
    private static final int WARM_UP = 3;
    private static final double ROUTE_MILLIS_MAX = 300;
    private static final List<String> SLEEP = List.of("sleep", "infinity");

    private final LabSession session;

    /// @param session the lab to run on
    public RouteBench(LabSession session) {
        this.session = session;
    }

    @Override
    public String name() {
        return "route";
    }

    @Override
    public String about() {
        return "from an attachment in east to the route on west's node, " + PODS + " times; 1 to 2 min";
    }

    @Override
    public Place place() {
        return Place.LAB;
    }

    /// When each address was first seen, as [System#nanoTime] has it.
    private static final class Seen {
        private final Map<String, Long> nanos = new ConcurrentHashMap<>();

        void now(String address) {
            nanos.putIfAbsent(address, System.nanoTime());
        }

        boolean has(String address) {
            return nanos.containsKey(address);
        }

        long nanos(String address) {
            return nanos.getOrDefault(address, 0L);
        }
    }

    /// What the API server of east says of attachments.
    private static final class AttachmentWatch implements Watcher<Attachment>, AutoCloseable {
        private final Seen bound = new Seen();
        private final Seen ready = new Seen();
        private final Watch watch;

        AttachmentWatch(World world) {
            this.watch = world.client("east").resources(Attachment.class).watch(this);
        }

        @Override
        public void eventReceived(Action action, Attachment attachment) {
            if (action == Action.DELETED
                    || !attachment.getSpec().domain().equals(World.DOMAIN)
                    || attachment.getStatus() == null
                    || attachment.getStatus().node() == null) {
                return;
            }
            String address = attachment.getSpec().addresses().getFirst();
            bound.now(address);
            if (attachment.getStatus().conditions().stream()
                    .anyMatch(c -> c.type().equals("Ready") && c.status().equals("True"))) {
                ready.now(address);
            }
        }

        @Override
        public void onClose(WatcherException cause) {
            throw new IllegalStateException("the watch of attachments ended", cause);
        }

        @Override
        public void close() {
            watch.close();
        }
    }

    /// What the kernel of west's node says of the routes in the room.
    private static final class RouteWatch implements AutoCloseable {
        private final Seen put = new Seen();
        private final Seen dropped = new Seen();
        private final Process process;

        RouteWatch(World world) throws IOException {
            process = new ProcessBuilder(
                            "setpriv",
                            "--pdeathsig",
                            "KILL",
                            "nsenter",
                            "--net=" + world.room("west"),
                            "ip",
                            "-4",
                            "monitor",
                            "route")
                    .redirectErrorStream(true)
                    .start();
            Thread.ofPlatform().name("bench-routes").daemon().start(this::read);
        }

        private void read() {
            try (BufferedReader lines = process.inputReader()) {
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    String[] words = line.strip().split(" ");
                    if (words[0].equals("Deleted")) {
                        dropped.now(words[1]);
                    } else {
                        put.now(words[0]);
                    }
                }
            } catch (IOException e) {
                // closed: nobody waits for more
            }
        }

        @Override
        public void close() {
            process.destroyForcibly(); // which ends the reader
        }
    }

    @Override
    public List<Row> run() throws Exception {
        List<Double> sinceBound = new ArrayList<>();
        List<Double> sinceReady = new ArrayList<>();
        List<Double> sinceDeleted = new ArrayList<>();
        try (World world = new World(session.need())) {
            world.awaitReady("east", World.INSIDE, "first");
            world.awaitReady("west", World.INSIDE, "first");
            try (AttachmentWatch attachments = new AttachmentWatch(world);
                    RouteWatch routes = new RouteWatch(world)) {
                for (int i = -WARM_UP; i < PODS; i++) {
                    String name = i < 0 ? "warm" + -i : "pod-" + i;
                    Pod pod = world.client("east")
                            .resource(World.pod(name, World.INSIDE, SLEEP))
                            .create();
                    String address = address(pod);
                    World.await("the attachment of " + name, () -> attachments.ready.has(address));
                    World.await("the route to " + name + ", " + address, () -> routes.put.has(address));
                    long deleted = System.nanoTime();
                    world.delete("east", World.INSIDE, name);
                    World.await("the end of the route to " + name, () -> routes.dropped.has(address));
                    if (i >= 0) {
                        sinceBound.add(millis(attachments.bound.nanos(address), routes.put.nanos(address)));
                        sinceReady.add(millis(attachments.ready.nanos(address), routes.put.nanos(address)));
                        sinceDeleted.add(millis(deleted, routes.dropped.nanos(address)));
                    }
                }
            }
        }
        return rows(Samples.of(sinceBound), Samples.of(sinceReady), Samples.of(sinceDeleted));
    }

    /// A pod's first address in the domain.
    static String address(Pod pod) {
        String annotation = pod.getMetadata().getAnnotations().getOrDefault("vl3mesh.dev/attachments", "");
        String[] parts = annotation.split("\"");
        if (parts.length < 4) {
            throw new IllegalStateException("pod " + pod.getMetadata().getName() + " got no addresses: " + annotation);
        }
        return parts[3];
    }

    /// Seen by two watchers that don't wait for each other: the later thing may be seen first.
    private static double millis(long fromNanos, long toNanos) {
        return Math.max(0, (toNanos - fromNanos) / 1e6);
    }

    private static List<Row> rows(Samples bound, Samples ready, Samples deleted) {
        return List.of(
                Row.atMost(
                        "attachment bound to its pod in east, to the route on west's node, p99 of " + bound.count(),
                        bound.percentile(99),
                        "ms",
                        ROUTE_MILLIS_MAX),
                Row.told(
                        "attachment bound to its pod in east, to the route on west's node, median",
                        bound.median(),
                        "ms",
                        "bound is earlier than ready: its node is known, its interface is not made yet"),
                Row.atMost(
                        "attachment ready in east, to the route on west's node, p99 of " + ready.count(),
                        ready.percentile(99),
                        "ms",
                        ROUTE_MILLIS_MAX),
                Row.told(
                        "pod deleted in east, to the end of the route on west's node, median",
                        deleted.median(),
                        "ms",
                        "the pod's own end included"));
    }
}
