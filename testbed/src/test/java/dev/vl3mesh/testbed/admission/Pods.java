package dev.vl3mesh.testbed.admission;

import dev.vl3mesh.api.v1alpha1.AddressBlock;
import dev.vl3mesh.api.v1alpha1.Attachment;
import dev.vl3mesh.model.join.Labels;
import dev.vl3mesh.testbed.fixture.World;
import dev.vl3mesh.testbed.lab.Lab;
import dev.vl3mesh.testbed.lab.LabCluster;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodSpecBuilder;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSetBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Pods as tests of admission write them, and what admission wrote into them.
final class Pods {
    /// The name of the gate among the init containers.
    static final String GATE = "vl3-wait";

    private Pods() {}

    /// A pod that is admitted, and never scheduled, so that it costs no node anything.
    static PodBuilder idle(String namespace, String name) {
        return new PodBuilder()
                .withNewMetadata()
                .withNamespace(namespace)
                .withName(name)
                .endMetadata()
                .withSpec(idleSpec());
    }

    /// A StatefulSet of one such pod.
    static StatefulSet idleSet(String namespace, String name) {
        return new StatefulSetBuilder()
                .withNewMetadata()
                .withNamespace(namespace)
                .withName(name)
                .endMetadata()
                .withNewSpec()
                .withServiceName(name)
                .withNewSelector()
                .addToMatchLabels("app", name)
                .endSelector()
                .withNewTemplate()
                .withNewMetadata()
                .addToLabels("app", name)
                .endMetadata()
                .withSpec(idleSpec())
                .endTemplate()
                .endSpec()
                .build();
    }

    /// The spec of such a pod.
    static PodSpec idleSpec() {
        return new PodSpecBuilder()
                .withNodeSelector(Map.of("vl3mesh.dev/test", "there-is-no-such-node"))
                .withTerminationGracePeriodSeconds(0L)
                .withAutomountServiceAccountToken(false)
                .withContainers(sleeping())
                .build();
    }

    /// A container that Pod Security `restricted` admits.
    static Container sleeping() {
        return new ContainerBuilder()
                .withName("main")
                .withImage("vl3mesh/toolbox:dev")
                .withImagePullPolicy("IfNotPresent")
                .withCommand("sleep", "100000")
                .withNewSecurityContext()
                .withRunAsNonRoot(true)
                .withRunAsUser(65_534L)
                .withAllowPrivilegeEscalation(false)
                .withNewCapabilities()
                .withDrop("ALL")
                .endCapabilities()
                .withNewSeccompProfile()
                .withType("RuntimeDefault")
                .endSeccompProfile()
                .endSecurityContext()
                .build();
    }

    /// The addresses that a pod's annotation has, by domain.
    static SortedMap<String, List<String>> addresses(Pod pod) {
        SortedMap<String, List<String>> addresses = new TreeMap<>();
        @Nullable String annotation = annotation(pod, Labels.ATTACHMENTS);
        if (annotation != null) {
            Map<?, ?> read = Serialization.unmarshal(annotation, Map.class);
            read.forEach((domain, list) -> {
                List<String> own = new ArrayList<>();
                ((List<?>) list).forEach(address -> own.add(String.valueOf(address)));
                addresses.put(String.valueOf(domain), own);
            });
        }
        return addresses;
    }

    /// An annotation; null where there is none.
    static @Nullable String annotation(Pod pod, String key) {
        return Objects.requireNonNullElse(pod.getMetadata().getAnnotations(), Map.<String, String>of())
                .get(key);
    }

    /// The names of a pod's init containers, in order.
    static List<String> initContainers(Pod pod) {
        return Objects.requireNonNullElse(pod.getSpec().getInitContainers(), List.<Container>of()).stream()
                .map(Container::getName)
                .toList();
    }

    /// The attachments of a domain that a cluster has.
    static List<Attachment> attachments(KubernetesClient client, String domain) {
        return client.resources(Attachment.class).list().getItems().stream()
                .filter(attachment -> attachment.getSpec().domain().equals(domain))
                .toList();
    }

    /// Deletes what a world has, and the attachments of its domains that wait for somebody; at return nothing of the
    /// domains is left in any cluster.
    static void leaveNothing(Lab lab, World world, String... domains) {
        world.close();
        for (LabCluster cluster : lab.clusters()) {
            try (KubernetesClient client = cluster.client()) {
                for (String domain : domains) {
                    attachments(client, domain)
                            .forEach(attachment -> client.resource(attachment).delete());
                    World.eventually()
                            .alias("addresses of " + domain + " are given back by " + cluster.name())
                            .until(() -> attachments(client, domain).isEmpty()
                                    && client.resources(AddressBlock.class).list().getItems().stream()
                                            .noneMatch(block ->
                                                    block.getSpec().domain().equals(domain)));
                }
            }
        }
    }
}
