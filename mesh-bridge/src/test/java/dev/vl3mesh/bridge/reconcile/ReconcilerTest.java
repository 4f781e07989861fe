package dev.vl3mesh.bridge.reconcile;

import static dev.vl3mesh.bridge.reconcile.Sample.START;
import static org.assertj.core.api.Assertions.assertThat;

import dev.vl3mesh.api.v1alpha1.Attachment;
import dev.vl3mesh.api.v1alpha1.AttachmentSpec;
import dev.vl3mesh.api.v1alpha1.Condition;
import dev.vl3mesh.api.v1alpha1.Domain;
import dev.vl3mesh.api.v1alpha1.DomainStatus;
import dev.vl3mesh.bridge.observe.NodeReports;
import dev.vl3mesh.bridge.watch.Change;
import dev.vl3mesh.bridge.watch.Changes;
import dev.vl3mesh.bridge.watch.Claims;
import dev.vl3mesh.model.KubeClusterName;
import dev.vl3mesh.model.NodeName;
import dev.vl3mesh.model.address.IpPrefix;
import dev.vl3mesh.model.join.Labels;
import dev.vl3mesh.xds.proto.v1.NodeReport;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ReconcilerTest {
    private final MemoryCluster cluster = new MemoryCluster();
    private final Changes changes = new Changes();
    private final NodeReports reports = new NodeReports(changes, START);
    private final Blocks blocks = new Blocks(cluster, cluster);
    private Reconciler reconciler = newLeader();
    private Instant now = START;

    private Reconciler newLeader() {
        DomainReconciler domains = new DomainReconciler(
                new KubeClusterName("east"), cluster, cluster, blocks, openGate(), reports, _ -> List.of(), _ -> "");
        ConfigConditions conditions =
                new ConfigConditions(new KubeClusterName("east"), cluster, cluster, (_, _) -> Optional.empty());
        return new Reconciler(cluster, cluster, reports, domains, conditions, writes -> writes.forEach(Runnable::run));
    }

    /// Lets watches and the reconciler go on until nothing happens any more.
    private void settle() {
        for (int i = 0; i < 20; i++) {
            List<Change> seen = new ArrayList<>(cluster.sync());
            seen.addAll(changes.drain());
            reconciler.reconcile(seen, now);
        }
    }

    private void later(int seconds) {
        now = now.plusSeconds(seconds);
        settle();
    }

    private DomainStatus status(String domain) {
        return cluster.domainNow(domain).getStatus();
    }

    private static LeaseGate openGate() {
        LeaseGate gate = new LeaseGate(List::of);
        gate.leads(Instant.EPOCH);
        return gate;
    }

    private static Condition condition(List<Condition> conditions, String type) {
        return Condition.of(conditions, type).orElseThrow();
    }

    private Attachment only() {
        assertThat(cluster.attachmentsNow()).hasSize(1);
        return cluster.attachmentsNow().getFirst();
    }

    private void attach(String address, String claim) {
        assertThat(cluster.create(Sample.attachment("red", address, claim, null, now)))
                .isTrue();
    }

    @Test
    void aDomainIsAcceptedNumberedAndLeasedAhead() {
        cluster.put(Sample.domain("red", "172.16.0.0/16"));
        settle();
        assertThat(status("red").vni()).isNotNull();
        assertThat(cluster.blocksNow()).hasSize(2);
        assertThat(condition(status("red").conditions(), "Ready").status()).isEqualTo("True");
        assertThat(status("red").leased()).isEqualTo(62 + 64);
        assertThat(cluster.blocksNow().getFirst().getStatus().prefixes()).isEqualTo("172.16.0.0/26");
        assertThat(cluster.events).anyMatch(e -> e.startsWith("Domain red Valid"));
    }

    @Test
    void domainsOfOnePassGetDifferentNumbers() {
        for (int i = 0; i < 5; i++) {
            cluster.put(Sample.domain("d" + i, "172.16.0.0/16"));
        }
        settle();
        assertThat(cluster.domains().stream().map(d -> d.getStatus().slot()).distinct())
                .hasSize(5);
        assertThat(cluster.domains().stream().map(d -> d.getStatus().vni()).distinct())
                .hasSize(5);
    }

    @Test
    void aDomainOnTheClustersOwnAddressesIsRefusedUntilItIsMended() {
        cluster.put(Sample.node("node-1", "192.0.2.1", "10.244.0.0/24"));
        cluster.serviceRanges(List.of(IpPrefix.parse("10.96.0.0/16")));
        cluster.put(Sample.domain("red", "10.244.0.0/16"));
        cluster.put(Sample.domain("green", "10.96.0.0/12"));
        settle();
        assertThat(condition(status("red").conditions(), "Accepted").message()).contains("pods of node node-1");
        assertThat(condition(status("green").conditions(), "Accepted").message())
                .contains("services");
        assertThat(cluster.blocksNow()).isEmpty();
        assertThat(cluster.events).anyMatch(e -> e.startsWith("Domain red Refused: prefix 10.244.0.0/16 overlaps"));
        cluster.put(Sample.domain("red", "172.16.0.0/16"));
        settle();
        assertThat(condition(status("red").conditions(), "Ready").status()).isEqualTo("True");
        assertThat(status("red").observedGeneration()).isEqualTo(2);
    }

    @Test
    void aNodeThatComesLaterIsToldOfWithoutTakingTheDomainAway() {
        cluster.put(Sample.domain("red", "10.244.0.0/16"));
        settle();
        cluster.put(Sample.node("node-1", "192.0.2.1", "10.244.0.0/24"));
        settle();
        assertThat(condition(status("red").conditions(), "Accepted").status()).isEqualTo("False");
        assertThat(status("red").prefixes()).containsExactly("10.244.0.0/16");
    }

    @Test
    void domainsThatOverlapMayNotShareANamespace() {
        cluster.put(Sample.domain("red", "172.16.0.0/16"));
        settle();
        cluster.put(Sample.domain("green", "172.16.128.0/17"));
        settle();
        assertThat(condition(status("green").conditions(), "Ready").status()).isEqualTo("True");
        cluster.put(new NamespaceBuilder()
                .withNewMetadata()
                .withName("shop")
                .withLabels(Map.of(Labels.DOMAINS, "red.green"))
                .endMetadata()
                .build());
        settle();
        assertThat(condition(status("green").conditions(), "Accepted").message())
                .contains("domain red", "namespace shop");
    }

    @Test
    void aPoolGrowsLiveAndDoesNotShrinkBelowItsUse() {
        cluster.put(Sample.domain("red", "172.16.0.0/24"));
        settle();
        attach("172.16.0.7", "secret");
        cluster.put(Sample.pod("web", "uid-1", "secret", "node-1"));
        settle();
        cluster.put(Sample.domain("red", "172.18.0.0/24"));
        settle();
        assertThat(condition(status("red").conditions(), "Accepted").message())
                .contains("pod shop/web", "append", "still in force: [172.16.0.0/24]");
        cluster.put(Sample.domain("red", "172.16.0.0/24", "172.18.0.0/16"));
        settle();
        assertThat(condition(status("red").conditions(), "Ready").status()).isEqualTo("True");
        assertThat(status("red").prefixes()).containsExactly("172.16.0.0/24", "172.18.0.0/16");
    }

    @Test
    void aPodIsBoundAttachedAndFreed() {
        cluster.put(Sample.domain("red", "172.16.0.0/16"));
        attach("172.16.0.7", "secret");
        settle();
        assertThat(only().getStatus()).isNull();
        cluster.put(Sample.pod("web", "uid-1", "secret", "node-1"));
        settle();
        assertThat(only().getStatus().podUid()).isEqualTo("uid-1");
        reports.report(
                new NodeName("node-1"),
                NodeReport.newBuilder()
                        .addAttached(NodeReport.AttachedPod.newBuilder()
                                .setDomain("red")
                                .setPodUid("uid-1"))
                        .build(),
                now);
        settle();
        assertThat(condition(only().getStatus().conditions(), "Ready").status()).isEqualTo("True");
        assertThat(cluster.events)
                .contains("Attachment red.172-16-0-7 Attached: pod shop/web on node node-1 is in domain red with"
                        + " 172.16.0.7");
        later(2);
        assertThat(status("red").attachments()).isEqualTo(1);
        cluster.removePod("uid-1");
        settle();
        assertThat(cluster.attachmentsNow()).isEmpty();
        later(2);
        assertThat(status("red").attachments()).isZero();
    }

    @Test
    void anAddressThatNobodyClaimsIsFreeAfterTwoMinutes() {
        attach("172.16.0.7", "secret");
        later(119);
        assertThat(cluster.attachmentsNow()).hasSize(1);
        later(2);
        assertThat(cluster.attachmentsNow()).isEmpty();
    }

    @Test
    void anAddressIsNotFreedWhileACacheIsBehind() {
        attach("172.16.0.7", "secret");
        settle();
        cluster.put(Sample.pod("web", "uid-1", "secret", "node-1")); // on the server, not yet in the view
        now = now.plusSeconds(121);
        reconciler.reconcile(List.of(), now);
        assertThat(cluster.attachmentsNow()).hasSize(1);
        later(2);
        assertThat(only().getStatus().podUid()).isEqualTo("uid-1");
    }

    @Test
    void aSuccessorsClaimSavesTheAddressFromBeingFreed() {
        cluster.put(Sample.domain("red", "172.16.0.0/16"));
        cluster.create(Sample.attachment("red", "172.16.0.7", "first", "shop/db-0", now));
        cluster.put(Sample.pod("db-0", "uid-1", "first", "node-1"));
        settle();
        cluster.removePod("uid-1");
        settle();
        assertThat(only().getStatus().releasedAt()).isEqualTo(now.toString());
        // admission adopts it for the successor just when its hour is over
        Attachment adopted = new Attachment();
        adopted.setMetadata(only().getMetadata());
        adopted.setSpec(
                new AttachmentSpec("red", only().getSpec().addresses(), "shop", Claims.hash("second"), "shop/db-0"));
        adopted.setStatus(only().getStatus());
        assertThat(cluster.replace(adopted)).isTrue();
        now = now.plusSeconds(3601);
        reconciler.reconcile(List.of(), now); // decides by the old view; the server refuses
        assertThat(cluster.attachmentsNow()).hasSize(1);
        cluster.put(Sample.pod("db-0", "uid-2", "second", "node-1"));
        later(2);
        assertThat(only().getStatus().podUid()).isEqualTo("uid-2");
    }

    @Test
    void noAddressIsKeptInADomainThatIsGone() {
        cluster.put(Sample.domain("red", "172.16.0.0/16"));
        cluster.create(Sample.attachment("red", "172.16.0.7", "first", "shop/db-0", now));
        cluster.put(Sample.pod("db-0", "uid-1", "first", "node-1"));
        settle();
        cluster.removePod("uid-1");
        settle();
        assertThat(only().getStatus().releasedAt()).isEqualTo(now.toString());
        cluster.removeDomain("red");
        settle();
        assertThat(cluster.attachmentsNow()).isEmpty();
    }

    @Test
    void aNewLeaderGoesOnWhereTheOldOneStopped() {
        cluster.put(Sample.domain("red", "172.16.0.0/16"));
        attach("172.16.0.7", "secret");
        settle();
        DomainStatus before = status("red");
        reconciler = newLeader();
        now = now.plusSeconds(121);
        reconciler.reconcile(cluster.all(), now);
        settle();
        assertThat(cluster.attachmentsNow()).isEmpty();
        assertThat(status("red").vni()).isEqualTo(before.vni());
        assertThat(cluster.blocksNow()).hasSize(3);
    }

    @Test
    void leasesOfADeletedDomainGoWithItsLastPod() {
        cluster.put(Sample.domain("red", "172.16.0.0/16"));
        attach("172.16.0.7", "secret");
        cluster.put(Sample.pod("web", "uid-1", "secret", "node-1"));
        settle();
        cluster.removeDomain("red");
        later(2);
        assertThat(cluster.blocksNow()).hasSize(3);
        cluster.removePod("uid-1");
        settle();
        later(2);
        assertThat(cluster.blocksNow()).isEmpty();
    }

    @Test
    void leasesRunAheadOfABurst() {
        cluster.put(Sample.domain("red", "172.16.0.0/16"));
        settle();
        for (int i = 0; i < 120; i++) {
            attach("172.16.0." + (2 + i), "c" + i);
        }
        settle();
        assertThat(cluster.blocksNow()).hasSize(4);
    }

    @Test
    void anEmptyPoolIsSaid() {
        cluster.put(Sample.domain("red", "172.16.0.0/24"));
        settle();
        for (int i = 2; i < 240; i++) {
            attach("172.16.0." + i, "c" + i);
        }
        later(2);
        assertThat(condition(status("red").conditions(), "AddressesFree").message())
                .contains("append a prefix");
        assertThat(cluster.events).anyMatch(e -> e.startsWith("Domain red PoolExhausted"));
    }

    @Test
    void aCopyIsShownAsItsHomesAndLeasesNothingByItself() {
        Domain copy = Sample.domain("red", "172.16.0.0/16");
        copy.setMetadata(new ObjectMetaBuilder()
                .withName("red")
                .withLabels(Map.of(Labels.HOME, "north"))
                .build());
        copy.setStatus(DomainStatus.NONE.withNumbers("north", 99, 3));
        cluster.put(copy);
        settle();
        assertThat(status("red").home()).isEqualTo("north");
        assertThat(Objects.requireNonNull(status("red").vni())).isEqualTo(99);
        assertThat(cluster.blocksNow()).isEmpty();
        assertThat(condition(status("red").conditions(), "AddressesFree").reason())
                .isEqualTo("NothingLeased");
    }
}
