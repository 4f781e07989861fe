package dev.vl3mesh.testbed.admission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vl3mesh.model.join.Labels;
import dev.vl3mesh.testbed.fixture.World;
import dev.vl3mesh.testbed.lab.Installation;
import dev.vl3mesh.testbed.lab.Lab;
import dev.vl3mesh.testbed.lab.LabExtension;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.RollableScalableResource;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/// Without the webhook, labelled pods are refused and everybody else does not notice. In a member, whose API server has
/// only ever heard of the domain from its home.
@ExtendWith(LabExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class InjectorAwayST {
    private static final String AMBER = "amber";
    private static final String INSIDE = "away-inside";
    private static final String OUTSIDE = "away-outside";
    private static final String INJECTOR = "vl3-injector";

    private final Lab lab;
    private final World world;
    private final KubernetesClient client;
    private int replicas;

    InjectorAwayST(Lab lab) {
        this.lab = lab;
        this.world = new World(lab);
        this.client = world.client("west");
    }

    @BeforeAll
    void sendTheWebhookAway() {
        world.domain(AMBER, "172.28.0.0/16", "fd00:28::/48");
        world.namespace("west", INSIDE, Map.of(Labels.DOMAINS, AMBER));
        world.namespace("west", OUTSIDE, Map.of());
        assertThat(Pods.initContainers(
                        client.resource(Pods.idle(INSIDE, "early").build()).create()))
                .containsExactly(Pods.GATE);
        replicas = deployment().require().getSpec().getReplicas();
        deployment().scale(0);
        World.eventually()
                .until(() -> client.pods()
                        .inNamespace(Installation.NAMESPACE)
                        .withLabel("app.kubernetes.io/name", INJECTOR)
                        .list()
                        .getItems()
                        .isEmpty());
    }

    private RollableScalableResource<Deployment> deployment() {
        return client.apps().deployments().inNamespace(Installation.NAMESPACE).withName(INJECTOR);
    }

    @AfterAll
    void bringItBack() {
        deployment().scale(replicas);
        World.eventually()
                .until(() -> Objects.equals(deployment().require().getStatus().getReadyReplicas(), replicas));
        // a moment after it is ready, the Service leads to it
        Pod late = World.eventually()
                .ignoreException(KubernetesClientException.class)
                .until(() -> client.resource(Pods.idle(INSIDE, "late").build()).create(), Objects::nonNull);
        assertThat(Pods.initContainers(late)).containsExactly(Pods.GATE);
        Pods.leaveNothing(lab, world, AMBER);
    }

    @Test
    void unlabelledPodsAreCreatedAsEver() {
        assertThat(client.resource(Pods.idle(OUTSIDE, "other").build()).create())
                .isNotNull();
    }

    @Test
    void podsThatOptOutAreCreatedAsEver() {
        Pod pod = Pods.idle(INSIDE, "opted-out")
                .editMetadata()
                .addToLabels(Labels.DOMAINS, "none")
                .endMetadata()
                .build();
        assertThat(client.resource(pod).create()).isNotNull();
    }

    @Test
    void labelledPodsAreRefused() {
        assertThatThrownBy(() ->
                        client.resource(Pods.idle(INSIDE, "labelled").build()).create())
                .isInstanceOf(KubernetesClientException.class)
                .hasMessageContaining("failed calling webhook \"namespaces.vl3mesh.dev\"");
        Pod pod = Pods.idle(OUTSIDE, "labelled")
                .editMetadata()
                .addToLabels(Labels.DOMAINS, AMBER)
                .endMetadata()
                .build();
        assertThatThrownBy(() -> client.resource(pod).create())
                .isInstanceOf(KubernetesClientException.class)
                .hasMessageContaining("failed calling webhook \"pods.vl3mesh.dev\"");
    }

    @Test
    void attachedPodsAreUpdatedAsEver() {
        Pod changed = client.pods().inNamespace(INSIDE).withName("early").edit(pod -> {
            pod.getMetadata().getLabels().put("changed", "yes");
            return pod;
        });
        assertThat(changed.getMetadata().getLabels()).containsEntry("changed", "yes");
    }
}
