package dev.vl3mesh.ctl.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.vl3mesh.api.v1alpha1.Attachment;
import dev.vl3mesh.api.v1alpha1.AttachmentSpec;
import dev.vl3mesh.api.v1alpha1.AttachmentStatus;
import dev.vl3mesh.api.v1alpha1.Condition;
import dev.vl3mesh.ctl.command.DomainsCommand.DomainView;
import dev.vl3mesh.ctl.command.PodDescription.Sidecar;
import dev.vl3mesh.ctl.render.Styles;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PodExplanationTest {
    private static final Map<String, String> ATTACHED = Map.of("vl3mesh.dev/attachments", "{\"red\":[\"172.16.0.9\"]}");

    private static Pod pod(Map<String, String> labels, Map<String, String> annotations, boolean hostNetwork) {
        return new PodBuilder()
                .withNewMetadata()
                .withName("web")
                .withNamespace("shop")
                .withUid("u1")
                .withLabels(labels)
                .withAnnotations(annotations)
                .endMetadata()
                .withNewSpec()
                .withHostNetwork(hostNetwork)
                .withNodeName("east-1")
                .endSpec()
                .withNewStatus()
                .withPhase("Running")
                .endStatus()
                .build();
    }

    private static DomainView domain(String name, String ready, int blocks) {
        return new DomainView(
                name, List.of(), "east", "vxlan", null, 1, 0, blocks, blocks, 4, null, null, ready, "broken");
    }

    private static PodExplanation explain(Pod pod, @Nullable String namespaceLabel, DomainView... known) {
        return PodExplanation.of(pod, "shop", namespaceLabel, List.of(known), true);
    }

    @Test
    void anAttachedPodIsAsItsNamespaceSays() {
        PodExplanation explanation = explain(pod(Map.of(), ATTACHED, false), "red", domain("red", "True", 1));
        assertThat(explanation.consistent()).isTrue();
        assertThat(ExplainPodCommand.text(explanation, new Styles(false))).isEqualTo("""
                pod shop/web: joins red
                  because the namespace's label vl3mesh.dev/domains=red
                  pod label vl3mesh.dev/domains: absent
                  namespace label vl3mesh.dev/domains: red
                  attached: yes
                """);
    }

    @Test
    void aPodThatIsOlderThanTheLabelIsNotAttached() {
        PodExplanation explanation = explain(pod(Map.of(), Map.of(), false), "red", domain("red", "True", 1));
        assertThat(explanation.consistent()).isFalse();
        assertThat(explanation.obstacles()).singleElement().asString().contains("made before the label");
    }

    @Test
    void aPodThatOptedOutLaterIsStillAttached() {
        PodExplanation explanation = explain(pod(Map.of("vl3mesh.dev/domains", "none"), ATTACHED, false), "red");
        assertThat(explanation.decision()).isEqualTo("joins nothing");
        assertThat(explanation.obstacles()).singleElement().asString().contains("attached nevertheless");
    }

    @Test
    void everyObstacleIsNamed() {
        Pod pod = pod(Map.of("vl3mesh.dev/domains", "red.green.blue"), Map.of(), true);
        PodExplanation explanation = PodExplanation.of(
                pod, "shop", null, List.of(domain("green", "False", 1), domain("blue", "True", 0)), false);
        assertThat(explanation.domains()).containsExactly("red", "green", "blue");
        assertThat(explanation.obstacles())
                .satisfiesExactly(
                        o -> assertThat(o).startsWith("domain red is not known in this cluster; it knows blue, green"),
                        o -> assertThat(o).isEqualTo("domain green is not ready: broken"),
                        o -> assertThat(o).startsWith("this cluster has leased no addresses of domain blue"),
                        o -> assertThat(o).startsWith("it has hostNetwork: true"),
                        o -> assertThat(o).contains("no MutatingWebhookConfiguration vl3-injector"),
                        o -> assertThat(o).startsWith("it is not attached"));
    }

    @Test
    void anUnreadableLabelIsRefused() {
        PodExplanation explanation = explain(pod(Map.of("vl3mesh.dev/domains", "Red"), Map.of(), false), "green");
        assertThat(explanation.decision()).isEqualTo("refused");
        assertThat(explanation.consistent()).isFalse();
        assertThat(explanation.reason()).contains("the pod's label vl3mesh.dev/domains=Red can't be read");
    }

    private static Attachment attachment(String uid, Condition... conditions) {
        Attachment attachment = new Attachment();
        attachment.setMetadata(
                new ObjectMetaBuilder().withName("red.172-16-0-9").build());
        attachment.setSpec(new AttachmentSpec("red", List.of("172.16.0.9"), "shop", "", null));
        attachment.setStatus(new AttachmentStatus(1L, "web", uid, "east-1", "default", null, List.of(conditions)));
        return attachment;
    }

    @Test
    void describeShowsThePlacesThatAreBoundToThePodsUid() {
        PodDescription description = PodDescription.of(
                pod(Map.of(), ATTACHED, false),
                List.of(attachment("u1"), attachment("somebody else")),
                List.of(),
                null);
        assertThat(description.places()).hasSize(1);
        assertThat(description.problems()).containsExactly("node east-1: its agent has not reported");
        assertThat(DescribePodCommand.text(description, new Styles(false))).isEqualTo("""
                pod shop/web: Running on east-1
                  - node east-1: its agent has not reported

                DOMAIN   ADDRESSES    INTERFACE   ATTACHMENT
                red      172.16.0.9   vl3-red     red.172-16-0-9
                """);
    }

    @Test
    void describeTellsWhoThePodIsInItsMesh() {
        Map<String, String> answers = Map.of(
                "certs",
                """
                {"certificates": [
                  {"ca_cert": [{"serial_number": "1"}]},
                  {"cert_chain": [{"subject_alt_names": [{"uri": "spiffe://red.vl3.internal/ns/shop/sa/web"}],
                    "expiration_time": "2026-11-28T12:00:00Z"}]}]}
                """,
                "memory",
                "{\"heap_size\": \"73400320\"}",
                "stats",
                "{\"stats\": [{\"name\": \"listener_manager.lds.version_text\","
                        + " \"value\": \"2026-11-28T09:00:00Z/7\"}]}",
                "listeners",
                "{\"listener_statuses\": [{}, {}, {}]}",
                "config_dump",
                """
                {"configs": [{"name": "virtualInbound", "active_state": {"listener": {"filter_chains": [
                  {"filter_chain_match": {"destination_port": 7070, "transport_protocol": "tls"}},
                  {"filter_chain_match": {"destination_port": 8080, "transport_protocol": "tls"}},
                  {"filter_chain_match": {"destination_port": 8080, "transport_protocol": "raw_buffer"}}]}}}]}
                """,
                "clusters",
                """
                {"cluster_statuses": [{"name": "inbound|7070||", "host_statuses": [{"stats": [
                  {"name": "cx_total", "value": "2"}, {"name": "cx_connect_fail", "value": "2"}]}]}]}
                """);
        ObjectMapper json = new ObjectMapper();
        SidecarEnvoy envoy = SidecarEnvoy.of(path -> {
            try {
                return json.readTree(answers.get(path.substring(1).split("\\?", 2)[0]));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        List<Sidecar> sidecars = List.of(
                new Sidecar("red", true, "proxyv2:1", "red-next", "istiod-red-next.vl3-red", envoy),
                new Sidecar("green", false, "proxyv2:1", "", "istiod-green.vl3-green", SidecarEnvoy.SILENT));
        PodDescription description =
                PodDescription.of(pod(Map.of(), ATTACHED, false), List.of(attachment("u1")), sidecars, null);
        assertThat(description.problems())
                .contains("its sidecar in the mesh of domain green is not ready: kubectl logs -c istio-proxy-green says"
                        + " why")
                .anySatisfy(problem ->
                        assertThat(problem).startsWith("domain red: the application refuses its sidecar at port 7070"));
        assertThat(DescribePodCommand.text(description, new Styles(false)))
                .containsPattern(
                        "red, red-next +ready +spiffe://red.vl3.internal/ns/shop/sa/web +2026-11-28T12:00:00Z +70 MiB")
                .containsPattern("green +not ready +\\? +\\? ")
                .containsPattern("red, red-next +istiod-red-next.vl3-red +2026-11-28T09:00:00Z +3 +7070 mTLS,"
                        + " 8080 mTLS or plain")
                .containsPattern("green +istiod-green.vl3-green +\\? +\\? +\\?");
    }

    @Test
    void describeSaysWhatAnAttachmentLacks() {
        Condition failed =
                new Condition("Attached", "False", 1L, "2026-11-24T12:00:00Z", "Failed", "no such network namespace");
        assertThat(PodDescription.of(pod(Map.of(), ATTACHED, false), List.of(attachment("u1", failed)), List.of(), null)
                        .problems())
                .contains("domain red: no such network namespace");
        assertThat(PodDescription.of(pod(Map.of(), ATTACHED, false), List.of(), List.of(), null)
                        .problems())
                .singleElement()
                .asString()
                .startsWith("no Attachment is bound to it");
        assertThat(PodDescription.of(pod(Map.of(), Map.of(), false), List.of(), List.of(), null)
                        .problems())
                .containsExactly("it is in no domain: vl3ctl explain pod says why");
    }
}
