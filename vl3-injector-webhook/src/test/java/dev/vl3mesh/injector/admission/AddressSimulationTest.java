package dev.vl3mesh.injector.admission;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vl3mesh.api.v1alpha1.Attachment;
import dev.vl3mesh.api.v1alpha1.AttachmentsAnnotation;
import dev.vl3mesh.bridge.reconcile.Sample;
import dev.vl3mesh.identity.Pem;
import dev.vl3mesh.injector.allocate.AddressAllocator.Wish;
import dev.vl3mesh.injector.allocate.Allocation;
import dev.vl3mesh.injector.allocate.AllocationException;
import dev.vl3mesh.model.DomainName;
import dev.vl3mesh.model.join.Labels;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Three clusters live through 10,000 steps: pods come and go, dry runs, processes end between any two calls, calls
/// fail, links are cut, time passes, API servers come back from old backups. The oracle is the list of the pods that
/// live: no two of them may ever have one address, each must have its Attachment, and when all is quiet there may be
/// no other Attachment. `-Dvl3.seed=N` runs one seed again.
class AddressSimulationTest {
    private static final int STEPS = 10_000;
    private static final int MANY_PODS = 120;
    private static final String NAMESPACE = "shop";

    static Stream<Long> seeds() {
        @Nullable Long wanted = Long.getLong("vl3.seed");
        return wanted != null ? Stream.of(wanted) : Stream.of(1L, 2L, 3L, new Random().nextLong(1_000_000));
    }

    /// A pod that an API server has let through mutation and not stored yet.
    private record Coming(SimulatedCluster cluster, Pod pod, long seconds) {}

    private final SimulatedTime time = new SimulatedTime();
    private final List<SimulatedCluster> clusters = new ArrayList<>();
    private final List<Coming> coming = new ArrayList<>();
    private final Map<SimulatedCluster, Object> backups = new HashMap<>();
    private Random random = new Random();
    private int uids;
    private int admitted;
    private int dryRuns;
    private int restores;

    private void begin(long seed) {
        random = new Random(seed);
        SimulatedCluster east = new SimulatedCluster("east", null, List.of("west", "north"), time, random);
        clusters.add(east);
        clusters.add(new SimulatedCluster("west", east, List.of(), time, random));
        clusters.add(new SimulatedCluster("north", east, List.of(), time, random));
        east.server.put(Sample.domain(SimulatedCluster.DOMAIN, "172.16.0.0/21"));
        time.elsewhere(() -> clusters.forEach(SimulatedCluster::pass));
        settle(20);
        clusters.forEach(cluster -> cluster.faults.rate(20));
    }

    private void settle(int rounds) {
        for (int i = 0; i < rounds; i++) {
            time.pass(1);
            clusters.forEach(SimulatedCluster::pass);
            clusters.forEach(cluster -> Stream.of(cluster.replicas()).forEach(SimulatedReplica::hear));
        }
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void noAddressIsGivenTwiceAndNoneIsLost(long seed) {
        begin(seed);
        for (int step = 0; step < STEPS; step++) {
            try {
                step();
                check();
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("seed " + seed + ", step " + step + ": " + e.getMessage(), e);
            }
        }
        assertThat(admitted).as("pods").isGreaterThan(STEPS / 20);
        assertThat(dryRuns).as("dry runs").isPositive();
        assertThat(restores).as("restores").isPositive();
        assertThat(end()).as("seed " + seed + ": attachments that nobody has").isEmpty();
    }

    private void step() {
        SimulatedCluster cluster = clusters.get(random.nextInt(clusters.size()));
        int kind = random.nextInt(100);
        if (kind < 30) {
            admit(cluster);
        } else if (kind < 50) {
            arrive();
        } else if (kind < 65) {
            endOne(cluster);
        } else if (kind < 80) {
            cluster.pass();
        } else if (kind < 90) {
            cluster.replica().hear();
        } else if (kind < 94) {
            time.pass(random.nextInt(30));
        } else if (kind < 96) {
            cluster.restartReplica(random.nextInt(2));
        } else if (kind < 97) {
            cluster.restartControl();
        } else if (kind < 98) {
            cluster.partitioned = !cluster.partitioned;
        } else {
            backUpOrRestore(cluster);
        }
    }

    private Pod draft(@Nullable String ordinal) {
        PodBuilder pod = new PodBuilder()
                .withNewMetadata()
                .withNamespace(NAMESPACE)
                .withName(ordinal == null ? "pod-" + ++uids : ordinal)
                .endMetadata();
        if (ordinal != null) {
            pod.editMetadata()
                    .addNewOwnerReference()
                    .withKind("StatefulSet")
                    .withController(true)
                    .withName("web")
                    .endOwnerReference()
                    .endMetadata();
        }
        return pod.build();
    }

    private void admit(SimulatedCluster cluster) {
        if (cluster.server.podsNow().size() > MANY_PODS) {
            return;
        }
        boolean dryRun = random.nextInt(10) == 0;
        @Nullable String ordinal = random.nextInt(4) == 0 ? "web-" + random.nextInt(5) : null;
        Pod pod = draft(ordinal);
        String claim = "claim-" + random.nextLong();
        List<Attachment> before = cluster.server.attachmentsNow();
        try {
            Allocation allocation = cluster.replica()
                    .allocator()
                    .allocate(new Wish(
                            NAMESPACE,
                            PodFacts.name(pod),
                            PodFacts.identity(pod, NAMESPACE),
                            List.of(new DomainName(SimulatedCluster.DOMAIN)),
                            Pem.sha256(claim.getBytes(StandardCharsets.UTF_8)),
                            Set.of(),
                            dryRun));
            if (dryRun) {
                dryRuns++;
                assertThat(cluster.server.attachmentsNow())
                        .as("after a dry run")
                        .isEqualTo(before);
                return;
            }
            pod.getMetadata()
                    .setAnnotations(Map.of(
                            Labels.CLAIM,
                            claim,
                            Labels.ATTACHMENTS,
                            AttachmentsAnnotation.write(allocation.addresses())));
            coming.add(new Coming(cluster, pod, time.now().getEpochSecond()));
        } catch (AllocationException | KubernetesClientException e) {
            // the user is told, and creates it again
        } catch (Faults.Crash e) {
            cluster.restartReplica(random.nextInt(2));
        }
    }

    /// The rest of a pod's creation: the API server asks whether all is well, and stores it, or somebody refuses.
    private void arrive() {
        if (coming.isEmpty()) {
            return;
        }
        Coming next = coming.remove(random.nextInt(coming.size()));
        boolean late = time.now().getEpochSecond() - next.seconds() > 60;
        if (late || random.nextInt(10) == 0) {
            return;
        }
        store(next);
    }

    private void store(Coming next) {
        SimulatedCluster cluster = next.cluster();
        String name = next.pod().getMetadata().getName();
        try {
            ClaimCheck.Answer answer = cluster.replica()
                    .claims()
                    .check(
                            new Review<>(NAMESPACE, next.pod(), null, false),
                            List.of(new DomainName(SimulatedCluster.DOMAIN)));
            boolean taken = cluster.server.podsNow().stream()
                    .anyMatch(pod -> pod.getMetadata().getName().equals(name));
            if (answer instanceof ClaimCheck.Genuine && !taken) {
                Pod stored = Sample.pod(
                        name,
                        "uid-" + cluster.name + "-" + ++uids,
                        String.valueOf(PodFacts.annotation(next.pod(), Labels.CLAIM)),
                        "node-1");
                stored.getMetadata().setAnnotations(next.pod().getMetadata().getAnnotations());
                cluster.server.put(stored);
                admitted++;
            }
        } catch (KubernetesClientException | Faults.Crash e) {
            // the webhook did not answer: refused
        }
    }

    private void endOne(SimulatedCluster cluster) {
        List<Pod> pods = cluster.server.podsNow();
        if (!pods.isEmpty()) {
            cluster.server.removePod(
                    pods.get(random.nextInt(pods.size())).getMetadata().getUid());
        }
    }

    /// After a restore people start what reads from the API server anew, and see to it that the links are up.
    private void backUpOrRestore(SimulatedCluster cluster) {
        @Nullable Object backup = backups.get(cluster);
        if (backup == null || random.nextInt(3) > 0) {
            backups.put(cluster, cluster.server.backup());
            return;
        }
        restores++;
        cluster.server.restore(backup);
        coming.removeIf(one -> one.cluster() == cluster);
        clusters.forEach(one -> one.partitioned = false);
        cluster.restartControl();
        cluster.restartReplica(0);
        cluster.restartReplica(1);
        clusters.forEach(one -> one.faults.rate(0));
        settle(5);
        clusters.forEach(one -> one.faults.rate(20));
    }

    private void check() {
        Map<String, String> holders = new TreeMap<>();
        for (SimulatedCluster cluster : clusters) {
            for (Pod pod : cluster.server.podsNow()) {
                String address = address(pod);
                String who = cluster.name + "/" + pod.getMetadata().getName();
                @Nullable String other = holders.put(address, who);
                assertThat(other).as(address + " of " + who).isNull();
                assertThat(cluster.server.attachmentsNow())
                        .as("the attachment of " + who)
                        .anyMatch(a -> a.getSpec().addresses().contains(address));
            }
        }
    }

    private static String address(Pod pod) {
        return AttachmentsAnnotation.read(String.valueOf(PodFacts.annotation(pod, Labels.ATTACHMENTS)))
                .firstEntry()
                .getValue()
                .getFirst()
                .toString();
    }

    /// When everybody is back and hours have passed.
    private List<String> end() {
        coming.clear();
        clusters.forEach(cluster -> {
            cluster.partitioned = false;
            cluster.faults.rate(0);
        });
        for (int i = 0; i < 12; i++) {
            time.pass(15 * 60);
            settle(3);
        }
        check();
        List<String> lost = new ArrayList<>();
        for (SimulatedCluster cluster : clusters) {
            List<String> living = cluster.server.podsNow().stream()
                    .map(AddressSimulationTest::address)
                    .toList();
            cluster.server.attachmentsNow().stream()
                    .filter(a -> !living.contains(a.getSpec().addresses().getFirst()))
                    .forEach(a -> lost.add(cluster.name + "/" + a.getMetadata().getName()));
        }
        return lost;
    }
}
