package dev.vl3mesh.testbed.failure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vl3mesh.testbed.fixture.PodPlan;
import dev.vl3mesh.testbed.fixture.TestPod;
import dev.vl3mesh.testbed.fixture.World;
import dev.vl3mesh.testbed.lab.Commands;
import dev.vl3mesh.testbed.lab.Installation;
import dev.vl3mesh.testbed.lab.Kubectl;
import dev.vl3mesh.testbed.lab.Lab;
import dev.vl3mesh.testbed.lab.LabCluster;
import dev.vl3mesh.testbed.lab.LabException;
import dev.vl3mesh.testbed.lab.LabPaths;
import dev.vl3mesh.testbed.lab.Membership;
import dev.vl3mesh.testbed.lab.Progress;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.RollableScalableResource;
import io.fabric8.kubernetes.client.readiness.Readiness;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;

/// What trials act on: a domain with a pod in each cluster, the parts that can be broken, and how they are made whole
/// again.
final class Stage implements AutoCloseable {
    /// The domain, and the namespace of its pods.
    static final String DOMAIN = "storm";

    /// A namespace without a label.
    static final String OUTSIDE = "storm-outside";

    private static final String API_SERVER = "kube-apiserver";
    private static final int LINK_PORT = 30_443;

    private final Lab lab;
    private final World world;
    private final Progress progress = new Progress(System.out, false);
    private final Membership membership;
    private final Kubectl kubectl;
    private final Map<String, Integer> replicas = new LinkedHashMap<>();
    private final List<TestPod> pods = new ArrayList<>();
    private int made;

    Stage(Lab lab) {
        this.lab = lab;
        this.world = new World(lab);
        this.membership = new Membership(lab.kubeconfig(), progress);
        this.kubectl = new Kubectl(LabPaths.of(System.getenv()), new Commands(progress));
    }

    /// Makes the domain and its pods.
    void set() {
        world.domain(DOMAIN, "172.25.0.0/16", "fd00:25::/48");
        world.namespaceEverywhere(DOMAIN, Map.of("vl3mesh.dev/domains", DOMAIN));
        world.namespaceEverywhere(OUTSIDE, Map.of());
        pods.addAll(world.start(plan("east", "base"), plan("west", "base")));
        for (LabCluster cluster : lab.clusters()) {
            for (Program program : List.of(Program.CONTROL, Program.INJECTOR)) {
                replicas.put(
                        cluster.name() + program,
                        deployment(cluster, program).require().getSpec().getReplicas());
            }
        }
        awaitWell();
    }

    private static PodPlan plan(String cluster, String name) {
        return PodPlan.of(cluster, DOMAIN, name, DOMAIN);
    }

    World world() {
        return world;
    }

    Progress progress() {
        return progress;
    }

    /// The clusters, home first.
    List<LabCluster> clusters() {
        return lab.clusters();
    }

    LabCluster cluster(String name) {
        return lab.cluster(name);
    }

    KubernetesClient client(LabCluster cluster) {
        return world.client(cluster.name());
    }

    /// The pods that are there all the time, home's first.
    List<TestPod> pods() {
        return pods;
    }

    RollableScalableResource<Deployment> deployment(LabCluster cluster, Program program) {
        return client(cluster)
                .apps()
                .deployments()
                .inNamespace(Installation.NAMESPACE)
                .withName(program.component());
    }

    /// Lets as many injectors start as there were, and does not wait.
    void bringInjectorBack(LabCluster cluster) {
        deployment(cluster, Program.INJECTOR).scale(replicas(cluster, Program.INJECTOR));
    }

    private int replicas(LabCluster cluster, Program program) {
        return Objects.requireNonNull(replicas.get(cluster.name() + program), cluster.name() + program);
    }

    /// Deletes the pods of a program, and does not wait.
    void deletePods(LabCluster cluster, Program program) {
        client(cluster)
                .pods()
                .inNamespace(Installation.NAMESPACE)
                .withLabel("app.kubernetes.io/name", program.component())
                .delete();
    }

    /// Changes the number of replicas, and waits until so many are ready and no others are there.
    void scale(LabCluster cluster, Program program, int wanted) {
        deployment(cluster, program).scale(wanted);
        World.eventually().ignoreExceptions().until(() -> {
            var status = deployment(cluster, program).require().getStatus();
            return Objects.requireNonNullElse(status.getReadyReplicas(), 0) == wanted
                    && Objects.requireNonNullElse(status.getReplicas(), 0) == wanted;
        });
    }

    /// The pod that has a cluster's lease; empty while nobody has.
    String leader(LabCluster cluster) {
        return Objects.requireNonNullElse(
                client(cluster)
                        .leases()
                        .inNamespace(Installation.NAMESPACE)
                        .withName("vl3-control")
                        .require()
                        .getSpec()
                        .getHolderIdentity(),
                "");
    }

    /// Waits until another pod than the given one has a cluster's lease.
    void awaitOtherLeader(LabCluster cluster, String old) {
        World.eventually()
                .alias("another leader than " + old)
                .until(() -> leader(cluster), now -> !now.isEmpty() && !now.equals(old));
    }

    /// Runs kubectl in vl3mesh's own namespace.
    void kubectl(LabCluster cluster, String... arguments) {
        List<String> line = new ArrayList<>(List.of("--namespace", Installation.NAMESPACE));
        line.addAll(List.of(arguments));
        kubectl.run(cluster.name(), line.toArray(String[]::new));
    }

    /// What vl3ctl says of a cluster.
    Membership.Answer status(LabCluster cluster) {
        return membership.ctl(cluster.name(), "status");
    }

    /// Waits until vl3ctl finds all clusters well.
    void awaitWell() {
        everywhere(cluster -> {
            Membership.Answer answer = membership.ctl(cluster.name(), "status", "--wait", "--timeout", "2m");
            assertThat(answer.exitCode())
                    .as(cluster.name() + ": " + answer.out() + answer.err())
                    .isZero();
        });
    }

    /// Keeps a cluster's API server away, or lets it come back.
    void setApiServer(LabCluster cluster, boolean there) {
        if (there) {
            cluster.release(1, API_SERVER);
        } else {
            cluster.hold(1, API_SERVER);
            World.eventually().until(() -> !apiServerAnswers(cluster));
        }
    }

    private static boolean apiServerAnswers(LabCluster cluster) {
        return cluster.attempt(1, "curl", "-sk", "-m", "2", "https://127.0.0.1:6443/livez")
                .ok();
    }

    /// Cuts the members off from home, or lets them come again; pods' packets pass.
    void setHomeReachable(boolean reachable) {
        clusters().getFirst().setReachableAt(LINK_PORT, reachable);
    }

    /// Makes a pod in each of some clusters, as soon as it is admitted, and waits until they are ready.
    List<TestPod> attach(List<LabCluster> where) {
        made++;
        List<TestPod> fresh = new ArrayList<>();
        for (LabCluster cluster : where) {
            fresh.add(World.eventually()
                    .ignoreException(KubernetesClientException.class)
                    .until(() -> world.create(plan(cluster.name(), "new-" + made)), Objects::nonNull));
        }
        fresh.forEach(Stage::awaitReady);
        return fresh;
    }

    private static void awaitReady(TestPod pod) {
        World.eventually().ignoreExceptions().alias(pod + " is ready").until(() -> Readiness.isPodReady(pod.get()));
    }

    /// Waits until commands run in a pod, and it reaches others.
    static void awaitReaches(TestPod from, List<TestPod> others) {
        for (TestPod to : others) {
            for (String address : to.addresses(DOMAIN)) {
                World.eventually()
                        .ignoreException(LabException.class)
                        .alias(from + " reaches " + to + " at " + address)
                        .until(() -> from.run("ping", "-n", "-q", "-c", "1", "-W", "1", address)
                                .ok());
            }
        }
    }

    /// Does something in all clusters, at the same time.
    void everywhere(Consumer<LabCluster> what) {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<? extends Future<?>> futures = clusters().stream()
                    .map(cluster -> threads.submit(() -> what.accept(cluster)))
                    .toList();
            for (Future<?> future : futures) {
                future.get();
            }
        } catch (ExecutionException e) {
            throw new AssertionError(e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LabException("interrupted", e);
        }
    }

    /// Mends whatever a trial may have left broken, and waits until all is well.
    void heal() {
        setHomeReachable(true);
        everywhere(cluster -> {
            cluster.setConnected(true);
            if (!cluster.isOn(1)) {
                cluster.boot(1);
            }
            setApiServer(cluster, true);
            World.eventually().until(() -> apiServerAnswers(cluster));
            for (Program program : List.of(Program.CONTROL, Program.INJECTOR)) {
                scale(cluster, program, replicas(cluster, program));
            }
            client(cluster).pods().inNamespace(DOMAIN).list().getItems().stream()
                    .filter(pod -> pod.getMetadata().getName().startsWith("new-"))
                    .forEach(pod ->
                            client(cluster).resource(pod).withGracePeriod(0).delete());
        });
        awaitWell();
    }

    @Override
    public void close() {
        world.close();
    }
}
