package dev.vl3mesh.bench.lab;

import dev.vl3mesh.bench.Benchmark;
import dev.vl3mesh.bench.Row;
import dev.vl3mesh.bench.Samples;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.Watch;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// How much later a pod is ready because it joins a domain.
public final class PodBench implements Benchmark {
    private static final int ROUNDS = 25;
    private static final int WARM_UP = 3;
    private static final double LATER_MILLIS_MAX = 50;
    private static final double HOOK_MILLIS_MAX = 10;
    private static final double ADMISSION_MILLIS_MAX = 10;
    private static final List<String> SLEEP = List.of("sleep", "infinity");

    private final LabSession session;

    /// @param session the lab to run on
    public PodBench(LabSession session) {
        this.session = session;
    }

    @Override
    public String name() {
        return "pods";
    }

    @Override
    public String about() {
        return "pods from their creation to ready, labelled and not, " + ROUNDS + " of each in turns; 2 to 4 min";
    }

    @Override
    public Place place() {
        return Place.LAB;
    }

    /// Tells when pods of a namespace become ready, as a client of the API server sees it.
    private static final class ReadyWatch implements Watcher<Pod>, AutoCloseable {
        private final Map<String, Long> readyNanos = new ConcurrentHashMap<>();
        private final Map<String, CountDownLatch> latches = new ConcurrentHashMap<>();
        private final Watch watch;

        ReadyWatch(KubernetesClient client, String namespace) {
            this.watch = client.pods().inNamespace(namespace).watch(this);
        }

        @Override
        public void eventReceived(Action action, Pod pod) {
            String name = pod.getMetadata().getName();
            if (action != Action.DELETED && World.isReady(pod)) {
                readyNanos.putIfAbsent(name, System.nanoTime());
                latch(name).countDown();
            }
        }

        private CountDownLatch latch(String name) {
            return latches.computeIfAbsent(name, _ -> new CountDownLatch(1));
        }

        long await(String name) throws IOException, InterruptedException {
            if (!latch(name).await(60, TimeUnit.SECONDS)) {
                throw new IOException("pod " + name + " was not ready after 60 s");
            }
            return readyNanos.getOrDefault(name, 0L);
        }

        @Override
        public void onClose(WatcherException cause) {
            throw new IllegalStateException("the watch of pods ended", cause);
        }

        @Override
        public void close() {
            watch.close();
        }
    }

    @Override
    public List<Row> run() throws Exception {
        List<Double> plain = new ArrayList<>();
        List<Double> waiting = new ArrayList<>();
        List<Double> labelled = new ArrayList<>();
        try (World world = new World(session.need());
                ReadyWatch inside = new ReadyWatch(world.client("east"), World.INSIDE);
                ReadyWatch outside = new ReadyWatch(world.client("east"), World.OUTSIDE)) {
            world.awaitReady("east", World.INSIDE, "first");
            CallTimes hooksBefore = CallTimes.ofHook(world.cluster("east"));
            CallTimes admissionsBefore = CallTimes.ofAdmission(world.cluster("east"));
            for (int round = -WARM_UP; round < ROUNDS; round++) {
                String suffix = round < 0 ? "warm" + -round : Integer.toString(round);
                double a = measure(world, outside, World.pod("plain-" + suffix, World.OUTSIDE, SLEEP));
                double b = measure(world, outside, World.withWait(World.pod("wait-" + suffix, World.OUTSIDE, SLEEP)));
                double c = measure(world, inside, World.pod("pod-" + suffix, World.INSIDE, SLEEP));
                if (round >= 0) {
                    plain.add(a);
                    waiting.add(b);
                    labelled.add(c);
                }
            }
            CallTimes hooks = CallTimes.ofHook(world.cluster("east")).since(hooksBefore);
            CallTimes admissions = CallTimes.ofAdmission(world.cluster("east")).since(admissionsBefore);
            return rows(Samples.of(plain), Samples.of(waiting), Samples.of(labelled), hooks, admissions);
        }
    }

    private static double measure(World world, ReadyWatch watch, Pod pod) throws IOException, InterruptedException {
        String name = pod.getMetadata().getName();
        String namespace = pod.getMetadata().getNamespace();
        long start = System.nanoTime();
        world.client("east").resource(pod).create();
        double millis = (watch.await(name) - start) / 1e6;
        world.delete("east", namespace, name);
        return millis;
    }

    private static List<Row> rows(
            Samples plain, Samples waiting, Samples labelled, CallTimes hooks, CallTimes admissions) {
        double later = labelled.median() - waiting.median();
        return List.of(
                new Row(
                        "pod created to ready, labelled, median",
                        labelled.median(),
                        "ms",
                        "the same pod unlabelled, with vl3-wait as init container and nothing to wait for: "
                                + Math.round(waiting.median()) + " ms",
                        labelled.median() / waiting.median(),
                        "at most 50 ms later; it is " + Math.round(later) + " ms",
                        later <= LATER_MILLIS_MAX),
                Row.atMost(
                        "NRI hook in these " + hooks.count() + " pods, p99, not above",
                        hooks.percentileMillis(99),
                        "ms",
                        HOOK_MILLIS_MAX),
                Row.atMost(
                        "admission in these " + admissions.count() + " reviews, p99, not above",
                        admissions.percentileMillis(99),
                        "ms",
                        ADMISSION_MILLIS_MAX),
                Row.beside(
                        "pod created to ready, with vl3-wait and nothing to wait for, median",
                        waiting.median(),
                        "ms",
                        "without",
                        plain.median(),
                        Row.NO_GOAL,
                        true),
                Row.told(
                        "pod created to ready, labelled, p90",
                        labelled.percentile(90),
                        "ms",
                        "unlabelled with vl3-wait: "
                                + Math.round(waiting.percentile(90)) + " ms; without: "
                                + Math.round(plain.percentile(90))
                                + " ms"));
    }
}
