package dev.vl3mesh.bridge.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vl3mesh.api.v1alpha1.Domain;
import dev.vl3mesh.api.v1alpha1.DomainSpec;
import dev.vl3mesh.api.v1alpha1.IstioSpec;
import dev.vl3mesh.api.v1alpha1.MeshSpec;
import dev.vl3mesh.bridge.watch.ConfigReader;
import dev.vl3mesh.model.KubeClusterName;
import dev.vl3mesh.model.join.Labels;
import dev.vl3mesh.model.plan.ConfigName;
import dev.vl3mesh.model.plan.MeshResource.ConfigResource;
import dev.vl3mesh.model.plan.MeshResource.VerdictResource;
import dev.vl3mesh.xds.encode.ConfigCodec;
import dev.vl3mesh.xds.encode.ResourceCodec;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ConfigConditionsTest {
    private static final KubeClusterName WEST = new KubeClusterName("west");
    private static final KubeClusterName EAST = new KubeClusterName("east");
    private static final ConfigName NAME = new ConfigName("networking.istio.io", "VirtualService", "shop", "web");
    private static final Instant NOW = Instant.parse("2026-11-27T14:00:00Z");

    private final MemoryCluster cluster = new MemoryCluster();
    private @Nullable VerdictResource verdict;
    private final ConfigConditions conditions =
            new ConfigConditions(WEST, cluster, cluster, (_, _) -> Optional.ofNullable(verdict));

    private void domain(String name) {
        Domain domain = new Domain();
        domain.setMetadata(new ObjectMetaBuilder().withName(name).build());
        domain.setSpec(new DomainSpec(
                List.of("172.16.0.0/16"),
                "vxlan",
                null,
                List.of(),
                new MeshSpec(new IstioSpec(null, null, "proxy", null))));
        cluster.put(domain);
    }

    private void namespace(String domains) {
        cluster.put(new NamespaceBuilder()
                .withNewMetadata()
                .withName("shop")
                .addToLabels(Labels.DOMAINS, domains)
                .endMetadata()
                .build());
    }

    @BeforeEach
    void aMeshedNamespace() {
        domain("red");
        namespace("red");
        write("{}", List.of(Map.of("type", "Reconciled", "status", "True")));
    }

    private void write(String host, List<Map<String, Object>> status) {
        GenericKubernetesResource object = new GenericKubernetesResource();
        object.setApiVersion("networking.istio.io/v1");
        object.setKind("VirtualService");
        object.setMetadata(new ObjectMetaBuilder()
                .withName("web")
                .withNamespace("shop")
                .withGeneration(3L)
                .withCreationTimestamp("2026-11-27T13:00:00Z")
                .build());
        object.setAdditionalProperty("spec", Map.of("hosts", List.of(host)));
        object.setAdditionalProperty("status", Map.of("conditions", status));
        cluster.put(object);
        cluster.sync();
    }

    private ConfigResource config() {
        return new ConfigReader(WEST, cluster).read(NAME).orElseThrow();
    }

    private VerdictResource verdict(boolean inForce) {
        String version = ResourceCodec.version(ResourceCodec.encode(config()));
        return new VerdictResource(
                EAST, config().domain(), WEST, NAME, version, inForce, inForce ? "InForce" : "Invalid", "why");
    }

    private void settle(Instant now) {
        conditions.write(NAME, now).ifPresent(Runnable::run);
        cluster.sync();
    }

    private List<Map<String, Object>> written() {
        return Objects.requireNonNull(cluster.config(NAME).orElseThrow().get("status", "conditions"));
    }

    @Test
    void theVerdictIsWrittenBesideWhatOthersWrite() {
        verdict = verdict(false);
        settle(NOW);
        assertThat(written())
                .containsExactly(
                        Map.of("type", "Reconciled", "status", "True"),
                        Map.of(
                                "type", "vl3mesh.dev/red",
                                "status", "False",
                                "reason", "Invalid",
                                "message", "why",
                                "lastTransitionTime", "2026-11-27T14:00:00Z",
                                "observedGeneration", 3));
        assertThat(conditions.write(NAME, NOW.plusSeconds(9)))
                .as("it is written once")
                .isEmpty();
    }

    @Test
    void theTimeIsThatOfTheTransition() {
        verdict = verdict(false);
        settle(NOW);
        verdict = new VerdictResource(
                EAST, config().domain(), WEST, NAME, verdict(false).version(), false, "Invalid", "another reason");
        settle(NOW.plusSeconds(60));
        assertThat(written().get(1))
                .containsEntry("message", "another reason")
                .containsEntry("lastTransitionTime", "2026-11-27T14:00:00Z");
        verdict = verdict(true);
        settle(NOW.plusSeconds(60));
        assertThat(written().get(1))
                .containsEntry("status", "True")
                .containsEntry("lastTransitionTime", "2026-11-27T14:01:00Z");
    }

    @Test
    void aVerdictOnFormerContentSaysNothing() {
        verdict = verdict(false);
        write("other", List.of());
        assertThat(conditions.write(NAME, NOW)).isEmpty();
    }

    @Test
    void whatIsTooLargeIsSaidHere() {
        write("x".repeat(ConfigCodec.SPEC_MAX), List.of());
        settle(NOW);
        assertThat(written().getFirst()).containsEntry("reason", "TooLarge");
    }

    @Test
    void outsideOfMeshesNothingIsSaid() {
        verdict = verdict(false);
        settle(NOW);
        namespace("none");
        cluster.sync();
        settle(NOW);
        assertThat(written()).containsExactly(Map.of("type", "Reconciled", "status", "True"));
    }

    @Test
    void whatCouldMeanTwoMeshesIsRefusedForBoth() {
        verdict = verdict(true);
        domain("green");
        namespace("red.green");
        cluster.sync();
        settle(NOW);
        assertThat(written())
                .extracting(one -> one.get("type") + " " + one.get("reason"))
                .containsExactly("Reconciled null", "vl3mesh.dev/red NotAllowed", "vl3mesh.dev/green NotAllowed");
        assertThat(new ConfigReader(WEST, cluster).read(NAME)).as("published").isEmpty();
    }

    @Test
    void aSidecarOfTheRootNamespaceCountsThoughIstiodReadsThatItself() {
        for (String kind : List.of("Sidecar", "DestinationRule")) {
            GenericKubernetesResource object = new GenericKubernetesResource();
            object.setApiVersion("networking.istio.io/v1");
            object.setKind(kind);
            object.setMetadata(new ObjectMetaBuilder()
                    .withName("default")
                    .withNamespace("vl3-red")
                    .withCreationTimestamp("2026-11-27T13:00:00Z")
                    .build());
            cluster.put(object);
        }
        cluster.sync();
        ConfigReader reader = new ConfigReader(EAST, cluster);
        assertThat(reader.read(new ConfigName("networking.istio.io", "Sidecar", "vl3-red", "default")))
                .hasValueSatisfying(
                        config -> assertThat(config.domain().value()).isEqualTo("red"));
        assertThat(reader.read(new ConfigName("networking.istio.io", "DestinationRule", "vl3-red", "default")))
                .isEmpty();
    }
}
