package dev.vl3mesh.testbed.admission;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vl3mesh.api.v1alpha1.Attachment;
import dev.vl3mesh.model.join.Labels;
import dev.vl3mesh.testbed.fixture.World;
import dev.vl3mesh.testbed.lab.Lab;
import dev.vl3mesh.testbed.lab.LabExtension;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/// Many pods are created at once in each cluster.
@ExtendWith(LabExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ManyPodsST {
    private static final String DOMAIN = "crowd";
    private static final int PODS = 200;
    private static final List<String> CLUSTERS = List.of("east", "west");

    private final Lab lab;
    private final World world;

    ManyPodsST(Lab lab) {
        this.lab = lab;
        this.world = new World(lab);
    }

    @BeforeAll
    void makeTheWorld() {
        world.domain(DOMAIN, "172.27.0.0/20", "fd00:27::/48");
        world.namespaceEverywhere(DOMAIN, Map.of(Labels.DOMAINS, DOMAIN));
    }

    @AfterAll
    void leaveNothingBehind() {
        Pods.leaveNothing(lab, world, DOMAIN);
    }

    @Test
    void twoHundredPodsAtOnceInEachClusterHaveAddressesOfTheirOwn() throws InterruptedException, ExecutionException {
        List<Future<Pod>> creations = new ArrayList<>();
        try (ExecutorService all = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < PODS; i++) {
                for (String cluster : CLUSTERS) {
                    Pod pod = Pods.idle(DOMAIN, "pod-" + i).build();
                    creations.add(all.submit(
                            () -> world.client(cluster).resource(pod).create()));
                }
            }
        }
        List<List<String>> given = new ArrayList<>();
        for (Future<Pod> creation : creations) {
            given.add(Pods.addresses(creation.get()).get(DOMAIN));
        }
        assertThat(given).hasSize(2 * PODS).doesNotHaveDuplicates().allMatch(addresses -> addresses.size() == 2);
        for (String cluster : CLUSTERS) {
            KubernetesClient client = world.client(cluster);
            World.eventually().untilAsserted(() -> assertThat(Pods.attachments(client, DOMAIN))
                    .hasSize(PODS)
                    .allMatch(ManyPodsST::bound));
            client.pods().inNamespace(DOMAIN).delete();
        }
        for (String cluster : CLUSTERS) {
            World.eventually()
                    .untilAsserted(() -> assertThat(Pods.attachments(world.client(cluster), DOMAIN))
                            .isEmpty());
        }
    }

    private static boolean bound(Attachment attachment) {
        return attachment.getStatus() != null && attachment.getStatus().podUid() != null;
    }
}
