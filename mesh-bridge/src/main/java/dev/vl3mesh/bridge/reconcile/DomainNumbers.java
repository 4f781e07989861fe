package dev.vl3mesh.bridge.reconcile;

import dev.vl3mesh.api.v1alpha1.Condition;
import dev.vl3mesh.api.v1alpha1.Domain;
import dev.vl3mesh.api.v1alpha1.DomainStatus;
import dev.vl3mesh.model.Carrier;
import dev.vl3mesh.model.DomainName;
import dev.vl3mesh.model.KubeClusterName;
import dev.vl3mesh.model.address.AddressPlan;
import dev.vl3mesh.model.address.IpPrefix;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.zip.CRC32C;

/// Judges a domain in its home, and gives it its numbers once: the VXLAN identifier and the slot.
final class DomainNumbers {
    private static final int VNI_BITS = 24;
    private static final int SLOTS = 10;

    private DomainNumbers() {}

    /// Returns the status that the domain should have.
    ///
    /// @param others all other domains that this cluster knows
    /// @param attachments the number of its pods in this cluster
    static DomainStatus status(
            KubeClusterName home, Domain domain, Collection<Domain> others, int attachments, Instant now) {
        DomainStatus old = Objects.requireNonNullElseGet(
                domain.getStatus(), () -> new DomainStatus(null, null, null, null, null, null, List.of()));
        long generation = Objects.requireNonNullElse(domain.getMetadata().getGeneration(), 1L);
        List<String> problems = problems(domain);
        boolean accepted = problems.isEmpty();
        String time = now.toString();
        List<Condition> conditions = Condition.with(
                old.conditions(),
                "Accepted",
                accepted,
                generation,
                accepted ? "Valid" : "Invalid",
                accepted ? "the domain is published" : String.join("; ", problems),
                time);
        boolean encrypted = Carrier.parse(domain.getSpec().carrier())
                .map(Carrier::encrypted)
                .orElse(false);
        conditions = Condition.with(
                conditions,
                "Encrypted",
                encrypted,
                generation,
                encrypted ? "Encrypted" : "PlainCarrier",
                encrypted
                        ? "packets between nodes are encrypted"
                        : "packets between nodes are NOT encrypted: carrier "
                                + domain.getSpec().carrier() + " needs an underlay that you trust",
                time);
        conditions = Condition.with(
                conditions,
                Condition.READY,
                accepted,
                generation,
                accepted ? "Ready" : "NotAccepted",
                accepted ? "pods can join" : "see the condition Accepted",
                time);
        if (!accepted) {
            return new DomainStatus(
                    generation, home.value(), old.vni(), old.slot(), old.mtu(), attachments, conditions);
        }
        return new DomainStatus(
                generation,
                home.value(),
                Objects.requireNonNullElseGet(old.vni(), () -> freeVni(domain, others)),
                Objects.requireNonNullElseGet(old.slot(), () -> freeSlot(others)),
                old.mtu(),
                attachments,
                conditions);
    }

    /// Everything that keeps the domain from being used, as sentences.
    static List<String> problems(Domain domain) {
        List<String> problems = new ArrayList<>();
        try {
            var _ = new DomainName(domain.getMetadata().getName());
        } catch (IllegalArgumentException e) {
            problems.add(String.valueOf(e.getMessage()));
        }
        List<IpPrefix> prefixes = new ArrayList<>();
        for (String text : domain.getSpec().prefixes()) {
            try {
                prefixes.add(IpPrefix.parse(text));
            } catch (IllegalArgumentException e) {
                problems.add(String.valueOf(e.getMessage()));
            }
        }
        problems.addAll(AddressPlan.problems(prefixes));
        Optional<Carrier> carrier = Carrier.parse(domain.getSpec().carrier());
        if (carrier.isEmpty()) {
            problems.add("unknown carrier '" + domain.getSpec().carrier() + "'");
        } else if (carrier.get() != Carrier.VXLAN) {
            problems.add(
                    "carrier '" + domain.getSpec().carrier()
                            + "' is not there yet: write 'carrier: vxlan' if you trust the underlay, since it is not encrypted");
        }
        return problems;
    }

    /// Hashed of the domain's uid, so that homes that know nothing of each other seldom choose alike.
    private static int freeVni(Domain domain, Collection<Domain> others) {
        Set<Integer> taken = new HashSet<>();
        others.forEach(other -> {
            if (other.getStatus() != null && other.getStatus().vni() != null) {
                taken.add(other.getStatus().vni());
            }
        });
        CRC32C hash = new CRC32C();
        hash.update(domain.getMetadata().getUid().getBytes(StandardCharsets.US_ASCII));
        int vni = (int) (hash.getValue() & ((1 << VNI_BITS) - 1));
        while (vni == 0 || taken.contains(vni)) {
            vni = (vni + 1) & ((1 << VNI_BITS) - 1);
        }
        return vni;
    }

    /// The lowest slot that no other domain has; where all are taken, the one of the fewest. Admission refuses two
    /// of one slot in one pod.
    private static int freeSlot(Collection<Domain> others) {
        int[] users = new int[SLOTS];
        others.forEach(other -> {
            if (other.getStatus() != null && other.getStatus().slot() != null) {
                users[other.getStatus().slot()]++;
            }
        });
        int best = 0;
        for (int slot = 1; slot < SLOTS; slot++) {
            if (users[slot] < users[best]) {
                best = slot;
            }
        }
        return best;
    }
}
