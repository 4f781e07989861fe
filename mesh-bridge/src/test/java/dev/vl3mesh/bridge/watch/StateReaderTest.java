package dev.vl3mesh.bridge.watch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vl3mesh.api.v1alpha1.Attachment;
import dev.vl3mesh.api.v1alpha1.AttachmentStatus;
import dev.vl3mesh.api.v1alpha1.Domain;
import dev.vl3mesh.api.v1alpha1.DomainStatus;
import dev.vl3mesh.bridge.reconcile.Sample;
import dev.vl3mesh.model.KubeClusterName;
import dev.vl3mesh.model.address.IpAddress;
import dev.vl3mesh.model.address.IpPrefix;
import dev.vl3mesh.model.join.Labels;
import dev.vl3mesh.model.plan.ClusterState.KubeEndpoint;
import dev.vl3mesh.model.plan.ClusterState.KubeService;
import dev.vl3mesh.model.plan.MeshResource.ServicePort;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointBuilder;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSliceBuilder;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class StateReaderTest {
    private static final KubeClusterName EAST = new KubeClusterName("east");

    private static Domain domain(DomainStatus status) {
        Domain domain = Sample.domain("red", "172.99.0.0/16");
        domain.setStatus(status);
        return domain;
    }

    private static DomainStatus inForce(@Nullable Integer vni, String... prefixes) {
        return new DomainStatus(
                1L, "east", vni, 3, List.of(prefixes), "vxlan", false, null, null, null, null, null, List.of());
    }

    @Test
    void aDomainIsWhatIsInForceNotWhatIsWritten() {
        var read = StateReader.domain(EAST, domain(inForce(7, "172.16.0.0/16"))).orElseThrow();
        assertThat(read.prefixes()).containsExactly(IpPrefix.parse("172.16.0.0/16"));
        assertThat(read.vni()).isEqualTo(7);
    }

    @Test
    void aStatusOfAnOlderControlPlaneIsUnderstood() {
        assertThat(StateReader.domain(EAST, domain(DomainStatus.NONE.withNumbers("east", 7, 3))))
                .hasValueSatisfying(
                        read -> assertThat(read.prefixes()).containsExactly(IpPrefix.parse("172.99.0.0/16")));
    }

    @Test
    void aDomainWithoutNumbersOrOfAnotherHomeIsNotPublished() {
        assertThat(StateReader.domain(EAST, Sample.domain("red", "172.16.0.0/16")))
                .isEmpty();
        assertThat(StateReader.domain(EAST, domain(inForce(null, "172.16.0.0/16"))))
                .isEmpty();
        Domain copy = domain(inForce(7, "172.16.0.0/16"));
        copy.getMetadata().setLabels(Map.of(Labels.HOME, "north"));
        assertThat(StateReader.domain(EAST, copy)).isEmpty();
    }

    private static Attachment attachment(@Nullable String node, @Nullable String releasedAt) {
        return Sample.with(
                Sample.attachment("red", "172.16.0.7", "c", null, Sample.START),
                new AttachmentStatus(1L, "web", "uid-1", node, null, releasedAt, List.of()));
    }

    @Test
    void anAttachmentIsPublishedFromItsNodeOnUntilItsRelease() {
        assertThat(StateReader.attachedPod(attachment("node-1", null), _ -> Optional.empty()))
                .hasValueSatisfying(pod -> {
                    assertThat(pod.addresses()).containsExactly(IpAddress.parse("172.16.0.7"));
                    assertThat(pod.serviceAccount()).isEqualTo("default");
                    assertThat(pod.ready()).isFalse();
                });
        assertThat(StateReader.attachedPod(attachment(null, null), _ -> Optional.empty()))
                .isEmpty();
        assertThat(StateReader.attachedPod(attachment("node-1", "2026-01-01T00:00:00Z"), _ -> Optional.empty()))
                .isEmpty();
    }

    @Test
    void readinessIsThePodsOwnCondition() {
        Pod ready = new PodBuilder()
                .withNewStatus()
                .addNewCondition()
                .withType("Ready")
                .withStatus("True")
                .endCondition()
                .endStatus()
                .build();
        assertThat(StateReader.attachedPod(attachment("node-1", null), _ -> Optional.of(ready)))
                .hasValueSatisfying(pod -> assertThat(pod.ready()).isTrue());
    }

    @Test
    void aNodeIsReachedByOneInternalAddressOfEachFamily() {
        var node = new NodeBuilder()
                .withNewStatus()
                .addNewAddress("host", "Hostname")
                .addNewAddress("192.0.2.2", "InternalIP")
                .addNewAddress("2001:db8::1", "InternalIP")
                .addNewAddress("192.0.2.1", "InternalIP")
                .addNewAddress("198.51.100.1", "ExternalIP")
                .endStatus()
                .build();
        assertThat(StateReader.internalAddresses(node))
                .containsExactlyInAnyOrder(IpAddress.parse("192.0.2.1"), IpAddress.parse("2001:db8::1"));
        assertThat(StateReader.internalAddresses(new NodeBuilder().build())).isEmpty();
    }

    private static final Service WEB = new ServiceBuilder()
            .withNewMetadata()
            .withNamespace("shop")
            .withName("web")
            .endMetadata()
            .withNewSpec()
            .withClusterIP("10.96.0.5")
            .addNewPort()
            .withName("http")
            .withPort(80)
            .withNewTargetPort("named")
            .endPort()
            .endSpec()
            .build();

    private static EndpointSlice slice(String uid, @Nullable Boolean ready) {
        return new EndpointSliceBuilder()
                .withNewMetadata()
                .withNamespace("shop")
                .withName("web-1")
                .endMetadata()
                .addToEndpoints(new EndpointBuilder()
                        .withHostname("web-0")
                        .withNewConditions()
                        .withReady(ready)
                        .endConditions()
                        .withNewTargetRef()
                        .withKind("Pod")
                        .withUid(uid)
                        .endTargetRef()
                        .build())
                .addNewPort()
                .withName("http")
                .withPort(8080)
                .endPort()
                .build();
    }

    @Test
    void aServiceTakesItsTargetPortFromTheSlices() {
        KubeService read =
                StateReader.service(WEB, List.of(slice("uid-1", true))).orElseThrow();
        assertThat(read.ports()).containsExactly(new ServicePort("http", "TCP", 80, 8080));
        assertThat(read.endpoints()).containsExactly(new KubeEndpoint("uid-1", Optional.of("web-0"), true));
        assertThat(read.headless()).isFalse();
    }

    @Test
    void anEndpointIsReadyUnlessItSaysThatItIsNot() {
        assertThat(StateReader.service(WEB, List.of(slice("uid-1", null)))
                        .orElseThrow()
                        .endpoints()
                        .getFirst()
                        .ready())
                .isTrue();
        assertThat(StateReader.service(WEB, List.of(slice("uid-1", false)))
                        .orElseThrow()
                        .endpoints()
                        .getFirst()
                        .ready())
                .isFalse();
        EndpointSlice bare = slice("uid-1", true);
        bare.getEndpoints().getFirst().setConditions(null);
        assertThat(StateReader.service(WEB, List.of(bare))
                        .orElseThrow()
                        .endpoints()
                        .getFirst()
                        .ready())
                .isTrue();
    }

    @Test
    void aServiceWithNobodyBehindItIsNone() {
        assertThat(StateReader.service(WEB, List.of())).isEmpty();
    }
}
