package dev.vl3mesh.ctl.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vl3mesh.ctl.command.Finding.Grade;
import dev.vl3mesh.ctl.render.Styles;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.MutatingWebhookConfiguration;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.MutatingWebhookConfigurationBuilder;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseBuilder;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.Test;

class PrerequisitesTest {
    private static final Instant NOW = Instant.parse("2026-11-24T12:00:00Z");

    @Test
    void versionsAreComparedAsNumbers() {
        assertThat(Prerequisites.atLeast("v1.36.1", 1, 32)).isTrue();
        assertThat(Prerequisites.atLeast("1.9.0", 1, 32)).isFalse();
        assertThat(Prerequisites.atLeast("6.1", 5, 10)).isTrue();
        assertThat(Prerequisites.atLeast("5.4.0-generic", 5, 10)).isFalse();
        assertThat(Prerequisites.atLeast("unknown", 1, 0)).isFalse();
        assertThat(Prerequisites.kubernetes("v1.31.9").remedy()).contains("1.32");
    }

    private static Node node(String kernel, String runtime) {
        return new NodeBuilder()
                .withNewMetadata()
                .withName("n")
                .endMetadata()
                .withNewStatus()
                .withNewNodeInfo()
                .withKernelVersion(kernel)
                .withContainerRuntimeVersion(runtime)
                .endNodeInfo()
                .endStatus()
                .build();
    }

    @Test
    void aNodeNeedsAKernelAnAgentAndItsReport() {
        assertThat(Prerequisites.node(node("6.1.0", "containerd://2.1.0"), true, 10L)
                        .grade())
                .isEqualTo(Grade.good);
        assertThat(Prerequisites.node(node("6.1.0", "containerd://1.7.2"), true, 10L)
                        .grade())
                .isEqualTo(Grade.odd);
        assertThat(Prerequisites.node(node("5.4.0", "containerd://2.1.0"), true, 10L)
                        .remedy())
                .contains("5.10");
        assertThat(Prerequisites.node(node("6.1.0", "containerd://2.1.0"), false, 10L)
                        .seen())
                .contains("no agent that is ready");
        assertThat(Prerequisites.node(node("6.1.0", "containerd://2.1.0"), true, null)
                        .seen())
                .contains("not heard");
        assertThat(Prerequisites.node(node("6.1.0", "containerd://2.1.0"), true, 61_000L)
                        .grade())
                .isEqualTo(Grade.bad);
    }

    @Test
    void aLeaderRenewsItsLease() {
        var lease = new LeaseBuilder()
                .withNewSpec()
                .withHolderIdentity("vl3-control-x")
                .withRenewTime(NOW.minusSeconds(3).atZone(ZoneOffset.UTC))
                .endSpec()
                .build();
        assertThat(Prerequisites.leader(lease, NOW)).isEqualTo(Finding.good("control leader", "vl3-control-x"));
        assertThat(Prerequisites.leader(lease, NOW.plusSeconds(60)).seen())
                .isEqualTo("vl3-control-x renewed its lease 63s ago");
        assertThat(Prerequisites.leader(null, NOW).seen()).isEqualTo("nobody leads");
    }

    private static MutatingWebhookConfiguration webhook(String bundle) {
        return new MutatingWebhookConfigurationBuilder()
                .addNewWebhook()
                .withNewClientConfig()
                .withCaBundle(bundle)
                .endClientConfig()
                .endWebhook()
                .build();
    }

    @Test
    void aWebhookNeedsTrustAndAPod() {
        assertThat(Prerequisites.webhook(null, 1).remedy()).isEqualTo("install the chart");
        assertThat(Prerequisites.webhook(webhook(""), 1).seen()).contains("no caBundle");
        assertThat(Prerequisites.webhook(webhook("eA=="), 0).seen()).contains("labelled pods are refused");
        assertThat(Prerequisites.webhook(webhook("eA=="), 2).grade()).isEqualTo(Grade.good);
    }

    @Test
    void remediesStandBelowTheTable() {
        assertThat(CheckCommand.text(
                        List.of(
                                Finding.good("Kubernetes", "v1.36"),
                                Finding.bad("webhook", "gone", "install the chart")),
                        new Styles(false)))
                .isEqualTo("""
                        CHECK                  SEEN
                        Kubernetes   ok        v1.36
                        webhook      MISSING   gone

                        webhook: install the chart
                        """);
    }
}
