package dev.vl3mesh.bridge.reconcile;

import dev.vl3mesh.model.KubeClusterName;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Keeps a new leader from leasing a block that a member has, and that a restored backup has forgotten: it leases
/// nothing until each member has said what it has. One that is away is not waited for longer than [#PATIENCE]. Safe
/// for use by several threads.
public final class LeaseGate {
    /// How long members have: they connect again within seconds.
    public static final Duration PATIENCE = Duration.ofMinutes(1);

    private final Supplier<? extends Collection<KubeClusterName>> members;
    private final Set<KubeClusterName> confirmed = ConcurrentHashMap.newKeySet();
    private volatile @Nullable Instant leading;

    /// Makes one that is shut.
    ///
    /// @param members those that joined, as far as this cluster's API says
    public LeaseGate(Supplier<? extends Collection<KubeClusterName>> members) {
        this.members = members;
    }

    /// This replica leads from now on.
    public void leads(Instant now) {
        leading = now;
    }

    /// A member has said all that it has.
    public void confirmed(KubeClusterName member) {
        confirmed.add(member);
    }

    /// Whether blocks may be leased.
    public boolean open(Instant now) {
        Instant since = leading;
        return since != null
                && (!now.isBefore(since.plus(PATIENCE)) || missing().isEmpty());
    }

    /// Why they may not.
    public String reason() {
        return "the home has a new leader, which waits, for " + PATIENCE.toSeconds()
                + " seconds at most, for clusters to say which blocks they have: " + String.join(", ", missing());
    }

    private Set<String> missing() {
        return members.get().stream()
                .filter(member -> !confirmed.contains(member))
                .map(KubeClusterName::value)
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
