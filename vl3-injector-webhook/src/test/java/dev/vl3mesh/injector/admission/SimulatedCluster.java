package dev.vl3mesh.injector.admission;

import dev.vl3mesh.api.v1alpha1.AddressBlock;
import dev.vl3mesh.api.v1alpha1.Domain;
import dev.vl3mesh.api.v1alpha1.DomainStatus;
import dev.vl3mesh.bridge.observe.NodeReports;
import dev.vl3mesh.bridge.reconcile.Blocks;
import dev.vl3mesh.bridge.reconcile.ConfigConditions;
import dev.vl3mesh.bridge.reconcile.DomainReconciler;
import dev.vl3mesh.bridge.reconcile.LeaseGate;
import dev.vl3mesh.bridge.reconcile.MemoryCluster;
import dev.vl3mesh.bridge.reconcile.Reconciler;
import dev.vl3mesh.bridge.reconcile.Sample;
import dev.vl3mesh.bridge.watch.Change;
import dev.vl3mesh.bridge.watch.Changes;
import dev.vl3mesh.bridge.watch.StateReader;
import dev.vl3mesh.model.DomainName;
import dev.vl3mesh.model.KubeClusterName;
import dev.vl3mesh.model.join.Labels;
import dev.vl3mesh.xds.server.ControlHandlers.Confirmation;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// A cluster: an API server in memory, the real reconcilers of the control plane, two replicas of the webhook. A
/// member's link is played here, by the same calls of [Blocks] and [LeaseGate] that the link makes.
final class SimulatedCluster {
    static final String DOMAIN = "red";

    final KubeClusterName name;
    final MemoryCluster server = new MemoryCluster();
    final Faults faults;
    private final SimulatedTime time;
    private final RandomGenerator random;
    private final @Nullable SimulatedCluster home;
    private final List<KubeClusterName> members;
    private final SimulatedReplica[] replicas = new SimulatedReplica[2];
    private Control control;
    boolean partitioned;

    /// What one leader of the control plane knows.
    private record Control(
            Blocks blocks, LeaseGate gate, DomainReconciler domains, Reconciler reconciler, List<Change> news) {}

    SimulatedCluster(
            String name,
            @Nullable SimulatedCluster home,
            List<String> members,
            SimulatedTime time,
            RandomGenerator random) {
        this.name = new KubeClusterName(name);
        this.home = home;
        this.members = members.stream().map(KubeClusterName::new).toList();
        this.time = time;
        this.random = random;
        this.faults = new Faults(random);
        for (int i = 0; i < replicas.length; i++) {
            restartReplica(i);
        }
        this.control = newLeader();
    }

    private Control newLeader() {
        FaultyWriter writer = new FaultyWriter(server, faults);
        Changes changes = new Changes();
        NodeReports reports = new NodeReports(changes, time.now());
        Blocks blocks = new Blocks(server, writer);
        LeaseGate gate = new LeaseGate(() -> members);
        gate.leads(time.now());
        DomainReconciler domains =
                new DomainReconciler(name, server, writer, blocks, gate, reports, _ -> List.of(), _ -> "");
        ConfigConditions conditions = new ConfigConditions(name, server, writer, (_, _) -> Optional.empty());
        Reconciler reconciler =
                new Reconciler(server, writer, reports, domains, conditions, writes -> writes.forEach(Runnable::run));
        connection++;
        return new Control(blocks, gate, domains, reconciler, new ArrayList<>(server.all()));
    }

    /// How often this cluster's control plane has been another one: its members connect again each time.
    private int connection;
    /// The home's connection in which this member has said what it has.
    private int confirmed;

    /// The control plane ends, and another leader begins.
    void restartControl() {
        control = newLeader();
        confirmed = 0;
    }

    void restartReplica(int which) {
        replicas[which] = new SimulatedReplica(name, server, faults, time, random);
    }

    SimulatedReplica replica() {
        return replicas[random.nextInt(replicas.length)];
    }

    SimulatedReplica[] replicas() {
        return replicas;
    }

    /// One pass of the control plane, on what its watches tell until now.
    void pass() {
        try {
            if (random.nextInt(3) > 0) { // else its watches are late
                control.news().addAll(server.sync());
            }
            List<Change> news = List.copyOf(control.news());
            control.reconciler().reconcile(news, time.now());
            control.news().clear();
            if (home != null && !partitioned) {
                link(home);
            }
        } catch (Faults.Crash e) {
            restartControl();
        } catch (KubernetesClientException e) {
            // the next pass looks again
        }
    }

    private void link(SimulatedCluster from) {
        Domain original = from.server.domainNow(DOMAIN);
        DomainStatus status = original.getStatus();
        if (status == null || status.vni() == null || status.slot() == null) {
            return;
        }
        copy(from, original, status.vni(), status.slot());
        confirm(from);
        DomainName domain = new DomainName(DOMAIN);
        while (server.domain(DOMAIN).isPresent() && control.domains().tooLittle(DOMAIN)) {
            String request = Blocks.nextRequest(name, control.blocks().of(DOMAIN));
            Optional<Integer> number = from.lease(name, request);
            if (number.isEmpty()
                    || !control.blocks().create(domain, number.get(), name, request, Optional.of(from.name))) {
                return;
            }
        }
    }

    private void copy(SimulatedCluster from, Domain original, int vni, int slot) {
        boolean there = server.domainsNow().stream()
                .anyMatch(domain -> domain.getSpec().equals(original.getSpec())
                        && domain.getStatus() != null
                        && domain.getStatus().vni() != null);
        if (!there) {
            Domain copy = Sample.domain(DOMAIN);
            copy.setMetadata(new ObjectMetaBuilder()
                    .withName(DOMAIN)
                    .withLabels(Map.of(Labels.HOME, from.name.value()))
                    .build());
            copy.setSpec(original.getSpec());
            copy.setStatus(DomainStatus.NONE.withNumbers(from.name.value(), vni, slot));
            server.put(copy);
        }
    }

    private void confirm(SimulatedCluster from) {
        if (confirmed == from.connection) {
            return;
        }
        for (AddressBlock block : server.blocksNow()) {
            Confirmation held = from.control
                    .blocks()
                    .confirm(new DomainName(DOMAIN), block.getSpec().number(), name, Blocks.requestOf(block));
            if (held == Confirmation.REFUSED) {
                throw new AssertionError("block " + block.getSpec().number() + " of " + name + " is another's");
            }
        }
        from.control.gate().confirmed(name);
        confirmed = from.connection;
    }

    /// As a home answers a member; the answer may be lost.
    private Optional<Integer> lease(KubeClusterName member, String request) {
        if (!control.gate().open(time.now())) {
            return Optional.empty();
        }
        return StateReader.domain(name, server.domainNow(DOMAIN))
                .flatMap(domain -> control.blocks().lease(domain, member, request))
                .filter(_ -> random.nextInt(10) > 0);
    }
}
