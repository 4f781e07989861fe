package dev.vl3mesh.bridge.reconcile;

import dev.vl3mesh.api.v1alpha1.Domain;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import java.util.zip.CRC32C;

/// The numbers that a home gives to a domain, once: the VXLAN identifier and the slot.
final class DomainNumbers {
    private static final int VNI_BITS = 24;
    private static final int SLOTS = 10;

    private DomainNumbers() {}

    /// Hashed of the domain's uid, so that homes that know nothing of each other seldom choose alike.
    ///
    /// @param others all other domains that this cluster knows
    static int freeVni(Domain domain, Collection<Domain> others) {
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
    ///
    /// @param others all other domains that this cluster knows
    static int freeSlot(Collection<Domain> others) {
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
