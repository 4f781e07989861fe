package dev.vl3mesh.bridge.reconcile;

import static dev.vl3mesh.bridge.reconcile.Sample.START;
import static org.assertj.core.api.Assertions.assertThat;

import dev.vl3mesh.api.v1alpha1.Condition;
import dev.vl3mesh.api.v1alpha1.Domain;
import dev.vl3mesh.api.v1alpha1.DomainStatus;
import dev.vl3mesh.bridge.reconcile.DomainStatuses.Known;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;

class DomainStatusesTest {
    private static Domain red() {
        Domain domain = Sample.domain("red", "172.16.0.0/16", "fd00:16::/48");
        domain.getMetadata().setUid("uid-red");
        domain.getMetadata().setGeneration(3L);
        return domain;
    }

    private static Known known(List<String> refusals, int attachments, int leased) {
        return new Known("east", false, refusals, attachments, leased, "", OptionalInt.of(1450), Optional.empty());
    }

    private static Condition condition(DomainStatus status, String type) {
        return Condition.of(status.conditions(), type).orElseThrow();
    }

    @Test
    void anAcceptedDomainIsInForceWithItsNumbers() {
        DomainStatus status = DomainStatuses.of(red(), known(List.of(), 1, 62), List.of(), START);
        assertThat(status.observedGeneration()).isEqualTo(3);
        assertThat(status.prefixes()).containsExactly("172.16.0.0/16", "fd00:16::/48");
        assertThat(status.vni()).isBetween(1, (1 << 24) - 1);
        assertThat(status.slot()).isZero();
        assertThat(status.mtu()).isEqualTo(1450);
        assertThat(status.addresses()).isEqualTo(65536 - 4096 - 2);
        assertThat(condition(status, "Ready").status()).isEqualTo("True");
    }

    @Test
    void aPlainCarrierIsSaidPlainly() {
        DomainStatus status = DomainStatuses.of(red(), known(List.of(), 1, 62), List.of(), START);
        assertThat(status.encrypted()).isFalse();
        assertThat(condition(status, "Encrypted").status()).isEqualTo("False");
        assertThat(condition(status, "Encrypted").reason()).isEqualTo("NotEncrypted");
        assertThat(condition(status, "Ready").message()).contains("NOT encrypted");
    }

    @Test
    void aRefusedDomainGetsNothing() {
        DomainStatus status = DomainStatuses.of(red(), known(List.of("too big", "too red"), 0, 0), List.of(), START);
        assertThat(status.vni()).isNull();
        assertThat(status.prefixes()).isEmpty();
        assertThat(condition(status, "Accepted").message()).isEqualTo("too big; too red");
        assertThat(condition(status, "Ready").status()).isEqualTo("False");
        assertThat(condition(status, "Ready").message()).isEqualTo("too big; too red");
    }

    @Test
    void aRefusedChangeLeavesInForceWhatWas() {
        Domain domain = red();
        domain.setStatus(DomainStatuses.of(domain, known(List.of(), 1, 62), List.of(), START));
        Domain changed = Sample.domain("red", "172.20.0.0/16");
        changed.setMetadata(domain.getMetadata());
        changed.setStatus(domain.getStatus());
        DomainStatus status = DomainStatuses.of(changed, known(List.of("in use"), 1, 62), List.of(), START);
        assertThat(status.prefixes()).containsExactly("172.16.0.0/16", "fd00:16::/48");
        assertThat(status.vni()).isEqualTo(domain.getStatus().vni());
        assertThat(condition(status, "Accepted").message()).contains("in use", "still in force", "172.16.0.0/16");
    }

    @Test
    void anExhaustedPoolIsSaidWithTheRemedy() {
        Known full =
                new Known("east", false, List.of(), 62, 62, "append a prefix", OptionalInt.empty(), Optional.empty());
        DomainStatus status = DomainStatuses.of(red(), full, List.of(), START);
        assertThat(condition(status, "AddressesFree").reason()).isEqualTo("PoolExhausted");
        assertThat(condition(status, "Ready").message()).isEqualTo("append a prefix");
    }

    @Test
    void aCopyFollowsItsHomeEvenWhereItCollidesHere() {
        Domain copy = red();
        copy.setStatus(DomainStatus.NONE.withNumbers("east", 77, 4));
        Known known =
                new Known("east", true, List.of("overlaps pods"), 0, 64, "", OptionalInt.empty(), Optional.empty());
        DomainStatus status = DomainStatuses.of(copy, known, List.of(), START);
        assertThat(status.vni()).isEqualTo(77);
        assertThat(status.prefixes()).isNotEmpty();
        assertThat(condition(status, "Ready").message()).isEqualTo("overlaps pods");
    }

    @Test
    void numbersAreSharedAsLittleAsPossible() {
        List<Domain> domains = new ArrayList<>();
        Set<Integer> vnis = new HashSet<>();
        Set<Integer> slots = new HashSet<>();
        for (int i = 0; i < 10; i++) {
            Domain domain = Sample.domain("d" + i, "172.16.0.0/16");
            domain.getMetadata().setUid("the same"); // hashes alike
            domain.setStatus(DomainStatuses.of(domain, known(List.of(), 0, 64), domains, START));
            vnis.add(domain.getStatus().vni());
            slots.add(domain.getStatus().slot());
            domains.add(domain);
        }
        assertThat(vnis).hasSize(10);
        assertThat(slots).hasSize(10);
        Domain eleventh = Sample.domain("d10", "172.16.0.0/16");
        eleventh.getMetadata().setUid("another");
        assertThat(DomainStatuses.of(eleventh, known(List.of(), 0, 64), domains, START)
                        .slot())
                .isZero();
    }

    @Test
    void anUnchangedConditionKeepsItsTime() {
        Domain domain = red();
        DomainStatus first = DomainStatuses.of(domain, known(List.of(), 1, 62), List.of(), START);
        domain.setStatus(first);
        assertThat(DomainStatuses.of(domain, known(List.of(), 1, 62), List.of(), START.plusSeconds(60)))
                .isEqualTo(first);
    }
}
