package dev.vl3mesh.bridge.reconcile;

import static dev.vl3mesh.bridge.reconcile.Sample.START;
import static org.assertj.core.api.Assertions.assertThat;

import dev.vl3mesh.api.v1alpha1.Attachment;
import dev.vl3mesh.api.v1alpha1.AttachmentStatus;
import dev.vl3mesh.api.v1alpha1.Condition;
import dev.vl3mesh.bridge.observe.Sighting;
import dev.vl3mesh.bridge.reconcile.AttachmentDecision.Delete;
import dev.vl3mesh.bridge.reconcile.AttachmentDecision.Keep;
import dev.vl3mesh.bridge.reconcile.AttachmentDecision.Update;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AttachmentDecisionTest {
    private static final Attachment FRESH = Sample.attachment("red", "172.16.0.2", "secret", null, START);
    private static final Attachment ORDINAL = Sample.attachment("red", "172.16.0.2", "secret", "shop/db-0", START);
    private static final Pod POD = Sample.pod("web", "uid-1", "secret", "node-1");
    private static final Sighting NOTHING = new Sighting.Unheard();

    private static AttachmentDecision unbound(Attachment attachment, List<Pod> claimants, Instant now) {
        return AttachmentDecision.of(attachment, Optional.empty(), claimants, NOTHING, now);
    }

    private static AttachmentStatus bind(Attachment attachment, Pod pod) {
        return ((Update) unbound(attachment, List.of(pod), START)).status();
    }

    private static AttachmentStatus sight(Attachment attachment, Sighting sighting) {
        AttachmentDecision decision = AttachmentDecision.of(attachment, Optional.of(POD), List.of(), sighting, START);
        return decision instanceof Update(var status) ? status : Objects.requireNonNull(attachment.getStatus());
    }

    private static Condition condition(AttachmentStatus status, String type) {
        return Condition.of(status.conditions(), type).orElseThrow();
    }

    @Test
    void aPodWithTheClaimIsBound() {
        AttachmentStatus status = bind(FRESH, POD);
        assertThat(status.podUid()).isEqualTo("uid-1");
        assertThat(status.node()).isEqualTo("node-1");
        assertThat(condition(status, "Bound").status()).isEqualTo("True");
        assertThat(condition(status, "Attached").reason()).isEqualTo("Waiting");
        assertThat(condition(status, "Ready").status()).isEqualTo("False");
    }

    @Test
    void whatIsWrittenAlreadyIsKept() {
        Attachment bound = Sample.with(FRESH, bind(FRESH, POD));
        assertThat(AttachmentDecision.of(bound, Optional.of(POD), List.of(), NOTHING, START.plusSeconds(9)))
                .isEqualTo(new Keep(Optional.empty()));
    }

    @Test
    void aPodOfAnotherNamespaceCannotUseTheClaim() {
        Pod thief = new PodBuilder(POD)
                .editMetadata()
                .withNamespace("den")
                .endMetadata()
                .build();
        assertThat(unbound(FRESH, List.of(thief), START)).isInstanceOf(Keep.class);
    }

    @Test
    void ofTwoPodsWithOneClaimTheElderIsBound() {
        Pod copy = new PodBuilder(Sample.pod("copy", "uid-0", "secret", "node-1"))
                .editMetadata()
                .withCreationTimestamp(START.plusSeconds(1).toString())
                .endMetadata()
                .build();
        assertThat(((Update) unbound(FRESH, List.of(copy, POD), START)).status().podUid())
                .isEqualTo("uid-1");
    }

    @Test
    void anUnclaimedOneGoesAfterTwoMinutes() {
        assertThat(unbound(FRESH, List.of(), START.plusSeconds(119)))
                .isEqualTo(new Keep(Optional.of(START.plusSeconds(120))));
        assertThat(unbound(FRESH, List.of(), START.plusSeconds(121))).isInstanceOf(Delete.class);
    }

    @Test
    void itGoesWithItsPod() {
        Attachment bound = Sample.with(FRESH, bind(FRESH, POD));
        assertThat(unbound(bound, List.of(), START)).isEqualTo(new Delete("its pod web has ended"));
    }

    @Test
    void anOrdinalsAddressIsKeptAnHourForItsSuccessor() {
        Attachment bound = Sample.with(ORDINAL, bind(ORDINAL, POD));
        AttachmentStatus released = ((Update) unbound(bound, List.of(), START)).status();
        assertThat(released.releasedAt()).isEqualTo(START.toString());
        assertThat(condition(released, "Bound").reason()).isEqualTo("Released");

        Attachment kept = Sample.with(ORDINAL, released);
        assertThat(unbound(kept, List.of(), START.plusSeconds(3599)))
                .isEqualTo(new Keep(Optional.of(START.plusSeconds(3600))));
        assertThat(unbound(kept, List.of(), START.plusSeconds(3601))).isInstanceOf(Delete.class);

        AttachmentStatus again = ((Update)
                        unbound(kept, List.of(Sample.pod("db-0", "uid-2", "secret", "node-2")), START.plusSeconds(60)))
                .status();
        assertThat(again.podUid()).isEqualTo("uid-2");
        assertThat(again.releasedAt()).isNull();
    }

    @Test
    void attachedIsWhatTheNodeSaw() {
        Attachment bound = Sample.with(FRESH, bind(FRESH, POD));
        AttachmentStatus attached = sight(bound, new Sighting.Attached());
        assertThat(condition(attached, "Attached").status()).isEqualTo("True");
        assertThat(condition(attached, "Ready").status()).isEqualTo("True");

        AttachmentStatus failed = sight(bound, new Sighting.Failed("veth red: EBUSY"));
        assertThat(condition(failed, "Attached").message()).contains("node-1", "EBUSY");
        assertThat(condition(failed, "Ready").reason()).isEqualTo("AttachFailed");

        AttachmentStatus silent = sight(Sample.with(bound, attached), new Sighting.Silent());
        assertThat(condition(silent, "Attached").status()).isEqualTo("Unknown");
        assertThat(condition(silent, "Ready").status()).isEqualTo("Unknown");
    }

    @Test
    void aNewLeaderBelievesItsPredecessorUntilTheNodeSpeaks() {
        Attachment bound = Sample.with(FRESH, bind(FRESH, POD));
        Attachment attached = Sample.with(FRESH, sight(bound, new Sighting.Attached()));
        assertThat(AttachmentDecision.of(attached, Optional.of(POD), List.of(), NOTHING, START.plusSeconds(5)))
                .isInstanceOf(Keep.class);
        assertThat(condition(sight(attached, new Sighting.Missing()), "Attached")
                        .status())
                .isEqualTo("False");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Succeeded", "Failed"})
    void aPodThatHasEndedNeedsNoAddress(String phase) {
        Pod ended =
                new PodBuilder(POD).withNewStatus().withPhase(phase).endStatus().build();
        assertThat(AttachmentDecision.living(ended)).isFalse();
        assertThat(AttachmentDecision.living(POD)).isTrue();
    }
}
