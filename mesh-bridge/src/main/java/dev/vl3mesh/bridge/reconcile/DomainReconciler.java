package dev.vl3mesh.bridge.reconcile;

import dev.vl3mesh.api.v1alpha1.AddressBlock;
import dev.vl3mesh.api.v1alpha1.AddressBlockStatus;
import dev.vl3mesh.api.v1alpha1.Condition;
import dev.vl3mesh.api.v1alpha1.Domain;
import dev.vl3mesh.api.v1alpha1.DomainStatus;
import dev.vl3mesh.bridge.observe.NodeReports;
import dev.vl3mesh.bridge.reconcile.ClusterWriter.StaleException;
import dev.vl3mesh.bridge.watch.ClusterCache;
import dev.vl3mesh.bridge.watch.ClusterView;
import dev.vl3mesh.bridge.watch.StateReader;
import dev.vl3mesh.identity.IdentityException;
import dev.vl3mesh.model.KubeClusterName;
import dev.vl3mesh.model.address.AddressPlan;
import dev.vl3mesh.model.address.IpPrefix;
import dev.vl3mesh.model.domain.DomainRules.Held;
import dev.vl3mesh.model.join.Labels;
import dev.vl3mesh.model.plan.MeshResource.DomainResource;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Judges domains, shows what they use, and leases addresses ahead. Used by one thread of the leader.
public final class DomainReconciler {
    private static final int JUDGE_AGAIN_SECONDS = 10;

    private record Judged(long generation, long surroundings, List<String> refusals) {}

    private final KubeClusterName cluster;
    private final ClusterView view;
    private final ClusterWriter writer;
    private final Blocks blocks;
    private final LeaseGate gate;
    private final NodeReports reports;
    private final Function<String, List<Held>> heldElsewhere;
    private final Function<String, String> meshRoots;
    private final Surroundings surroundings;
    private final BlockUse use = new BlockUse();
    private final Map<String, Judged> judged = new HashMap<>();
    private final Map<String, List<IpPrefix>> prefixes = new HashMap<>();
    /// Domains whose mesh has no root that can be used.
    private final Set<String> rootless = new HashSet<>();
    /// What was written and may not be seen yet: two domains must not get the same numbers.
    private final Map<String, DomainStatus> written = new HashMap<>();

    private long surroundingsVersion;

    /// Makes one of a cluster.
    ///
    /// @param heldElsewhere the addresses that pods of a domain hold in other clusters, as far as known
    /// @param meshRoots the root of a domain's mesh, PEM, which may be made by that
    public DomainReconciler(
            KubeClusterName cluster,
            ClusterView view,
            ClusterWriter writer,
            Blocks blocks,
            LeaseGate gate,
            NodeReports reports,
            Function<String, List<Held>> heldElsewhere,
            Function<String, String> meshRoots) {
        this.cluster = cluster;
        this.view = view;
        this.writer = writer;
        this.blocks = blocks;
        this.gate = gate;
        this.reports = reports;
        this.heldElsewhere = heldElsewhere;
        this.meshRoots = meshRoots;
        this.surroundings = new Surroundings(view);
    }

    /// The counts, which the caller keeps.
    BlockUse use() {
        return use;
    }

    /// Whether a domain's prefixes in force are others than before.
    boolean noticePrefixes(String name) {
        List<IpPrefix> now = view.domain(name).map(Surroundings::inForce).orElse(List.of());
        use.prefixes(name, now);
        @Nullable List<IpPrefix> before = now.isEmpty() ? prefixes.remove(name) : prefixes.put(name, now);
        return !now.equals(before == null ? List.of() : before);
    }

    /// All domains have to be judged anew.
    void surroundingsChanged() {
        surroundingsVersion++;
    }

    /// When a domain should be looked at though nothing happens: while it is refused, the reason may go away.
    Optional<Instant> lookAgain(String name, Instant now) {
        @Nullable Judged last = judged.get(name);
        boolean later = (last != null && !last.refusals().isEmpty()) || rootless.contains(name) || !gate.open(now);
        return later ? Optional.of(now.plusSeconds(JUDGE_AGAIN_SECONDS)) : Optional.empty();
    }

    /// Writes what follows for one domain.
    void reconcile(String name, Instant now) {
        Optional<Domain> domain = view.domain(name);
        if (domain.isEmpty()) {
            judged.remove(name);
            rootless.remove(name);
            written.remove(name);
            returnUnused(name);
            return;
        }
        if (!ClusterCache.isCopy(domain.get()) && gate.open(now)) {
            lease(name);
        }
        status(domain.get(), now);
        blockStatuses(name);
    }

    private List<String> refusals(Domain domain) {
        String name = domain.getMetadata().getName();
        long generation = Objects.requireNonNullElse(domain.getMetadata().getGeneration(), 1L);
        @Nullable Judged last = judged.get(name);
        boolean current = last != null
                && last.refusals().isEmpty()
                && last.generation() == generation
                && last.surroundings() == surroundingsVersion;
        if (current) {
            return List.of();
        }
        List<Held> elsewhere = ClusterCache.isCopy(domain) ? List.of() : heldElsewhere.apply(name);
        List<String> refusals = surroundings.refusals(domain, use.names(name), elsewhere);
        judged.put(name, new Judged(generation, surroundingsVersion, refusals));
        return refusals;
    }

    /// An authority that the user has brought, and that can't be used, is a reason to refuse a domain; one that has a
    /// root keeps it.
    private Optional<String> meshRoot(Domain domain, List<String> refusals) {
        String name = domain.getMetadata().getName();
        try {
            Optional<String> root = StateReader.istio(domain).map(_ -> meshRoots.apply(name));
            rootless.remove(name);
            return root;
        } catch (IdentityException e) {
            rootless.add(name);
            refusals.add(String.valueOf(e.getMessage()));
            return Optional.ofNullable(domain.getStatus()).map(DomainStatus::meshRoot);
        }
    }

    private void status(Domain domain, Instant now) {
        String name = domain.getMetadata().getName();
        boolean copy = ClusterCache.isCopy(domain);
        String home = copy ? domain.getMetadata().getLabels().getOrDefault(Labels.HOME, "") : cluster.value();
        List<String> refusals = new ArrayList<>(refusals(domain));
        Optional<String> root = copy ? Optional.empty() : meshRoot(domain, refusals);
        DomainStatus wanted = DomainStatuses.of(
                domain,
                new DomainStatuses.Known(
                        home,
                        copy,
                        List.copyOf(refusals),
                        use.attachments(name),
                        leased(name),
                        blocks.problem(name),
                        reports.measuredMtu(name, now),
                        root),
                others(name),
                now);
        if (wanted.equals(domain.getStatus())) {
            return;
        }
        Domain next = new Domain(); // not the cache's own object: if the write failed, the cache would lie
        next.setMetadata(domain.getMetadata());
        next.setSpec(domain.getSpec());
        next.setStatus(wanted);
        writer.updateStatus(next);
        written.put(name, wanted);
        tell(domain, wanted);
    }

    private List<Domain> others(String name) {
        List<Domain> others = new ArrayList<>();
        for (Domain other : view.domains()) {
            @Nullable DomainStatus later = written.get(other.getMetadata().getName());
            if (other.getMetadata().getName().equals(name)) {
                continue;
            }
            boolean numbered = other.getStatus() != null && other.getStatus().vni() != null;
            if (later != null && !numbered) {
                Domain copy = new Domain();
                copy.setMetadata(other.getMetadata());
                copy.setSpec(other.getSpec());
                copy.setStatus(later);
                others.add(copy);
            } else {
                others.add(other);
            }
        }
        return others;
    }

    private void tell(Domain domain, DomainStatus now) {
        DomainStatus old = Objects.requireNonNullElse(domain.getStatus(), DomainStatus.NONE);
        for (String type : List.of(DomainStatuses.ACCEPTED, DomainStatuses.ADDRESSES_FREE)) {
            Optional<Condition> was = Condition.of(old.conditions(), type);
            Condition.of(now.conditions(), type)
                    .filter(c -> was.isEmpty()
                            || !was.get().status().equals(c.status())
                            || !was.get().message().equals(c.message()))
                    // every domain starts with nothing leased
                    .filter(c -> c.type().equals(DomainStatuses.ACCEPTED)
                            || c.reason().equals("PoolExhausted")
                            || was.filter(w -> w.reason().equals("PoolExhausted"))
                                    .isPresent())
                    .ifPresent(c -> writer.event(domain, !c.status().equals("True"), c.reason(), c.message()));
        }
    }

    private Optional<AddressPlan> plan(String name) {
        return view.domain(name)
                .map(Surroundings::inForce)
                .filter(inForce -> !inForce.isEmpty())
                .map(AddressPlan::of);
    }

    private int leased(String name) {
        return plan(name)
                .map(plan -> own(name).stream()
                        .mapToInt(b -> DomainStatuses.capacity(plan, b.getSpec().number()))
                        .sum())
                .orElse(0);
    }

    private List<AddressBlock> own(String name) {
        return blocks.of(name).stream()
                .filter(b -> b.getSpec().cluster().equals(cluster.value()))
                .toList();
    }

    /// Whether this cluster, as the home of a domain, has too little leased ahead of itself.
    boolean needsLease(String name) {
        return view.domain(name).flatMap(d -> StateReader.domain(cluster, d)).isPresent() && tooLittle(name);
    }

    /// The number of attachments that a domain has in this cluster.
    public int attachments(String name) {
        return use.attachments(name);
    }

    /// The number of held addresses of a block.
    public int used(String name, int block) {
        return use.used(name, block);
    }

    /// Whether this cluster has too little of a domain leased ahead.
    public boolean tooLittle(String name) {
        return plan(name)
                .map(plan -> Blocks.needsBlock(plan, cluster, blocks.of(name), block -> use.used(name, block)))
                .orElse(false);
    }

    private void lease(String name) {
        Optional<DomainResource> domain = view.domain(name).flatMap(d -> StateReader.domain(cluster, d));
        while (domain.isPresent() && tooLittle(name)) {
            Optional<Integer> number =
                    blocks.lease(domain.get(), cluster, Blocks.nextRequest(cluster, blocks.of(name)));
            blocks.problem(
                    domain.get().domain(),
                    number.isPresent() ? "" : "the pool has no free block left: append a prefix to spec.prefixes");
            if (number.isEmpty()) {
                return;
            }
        }
    }

    /// The domain is gone: its leases follow as soon as nobody holds an address of them. Those that another cluster
    /// gave go by the link, and those of members when they return them.
    private void returnUnused(String name) {
        for (AddressBlock block : own(name)) {
            Map<String, String> labels = block.getMetadata().getLabels();
            boolean ours = labels == null || !labels.containsKey(Labels.HOME);
            if (ours && use.attachments(name) == 0) {
                writer.delete(block);
            }
        }
    }

    private void blockStatuses(String name) {
        Optional<AddressPlan> plan = plan(name);
        for (AddressBlock block : view.blocksOf(name)) {
            if (plan.isPresent() && block.getSpec().cluster().equals(cluster.value())) {
                AddressBlockStatus wanted = new AddressBlockStatus(
                        prefixes(plan.get(), block.getSpec().number()),
                        use.used(name, block.getSpec().number()));
                if (!wanted.equals(block.getStatus())) {
                    writeStatus(block, wanted);
                }
            }
        }
    }

    private void writeStatus(AddressBlock block, AddressBlockStatus status) {
        AddressBlock next = new AddressBlock();
        next.setMetadata(block.getMetadata());
        next.setSpec(block.getSpec());
        next.setStatus(status);
        try {
            writer.updateStatus(next);
        } catch (StaleException e) {
            // it is only for readers, and follows with the next count
        }
    }

    private static String prefixes(AddressPlan plan, int number) {
        int index = number * AddressPlan.BLOCK_INDEXES;
        if (index >= plan.indexes()) {
            return "outside of the domain's prefixes";
        }
        int hostBits = Integer.numberOfTrailingZeros(AddressPlan.BLOCK_INDEXES);
        return plan.addresses(index).stream()
                .map(first -> first + "/" + (first.family().bits() - hostBits))
                .collect(Collectors.joining(" "));
    }
}
