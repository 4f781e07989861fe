package dev.vl3mesh.bridge.reconcile;

import dev.vl3mesh.api.v1alpha1.Condition;
import dev.vl3mesh.api.v1alpha1.Domain;
import dev.vl3mesh.api.v1alpha1.DomainStatus;
import dev.vl3mesh.model.Carrier;
import dev.vl3mesh.model.address.AddressPlan;
import dev.vl3mesh.model.address.IpPrefix;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/// What the status of a domain says, in its home and of its copies: pure.
final class DomainStatuses {
    /// The condition that says whether the domain is in force as its spec says.
    static final String ACCEPTED = "Accepted";
    /// The condition that says whether a further pod would find an address.
    static final String ADDRESSES_FREE = "AddressesFree";

    private DomainStatuses() {}

    /// What is known of a domain.
    ///
    /// @param home the home cluster's name
    /// @param copy whether the home is another cluster
    /// @param refusals why it can't be as its spec says
    /// @param attachments the number of its pods here
    /// @param leased the number of addresses that this cluster may give out
    /// @param leaseProblem why this cluster gets no further addresses, else empty
    /// @param measuredMtu bytes of the largest packet on the smallest path
    /// @param meshRoot of a mesh that is at home here, PEM
    record Known(
            String home,
            boolean copy,
            List<String> refusals,
            int attachments,
            int leased,
            String leaseProblem,
            OptionalInt measuredMtu,
            Optional<String> meshRoot) {}

    /// Returns the status that a domain should have.
    ///
    /// @param others all other domains that this cluster knows
    static DomainStatus of(Domain domain, Known known, Collection<Domain> others, Instant now) {
        DomainStatus old = Objects.requireNonNullElse(domain.getStatus(), DomainStatus.NONE);
        long generation = Objects.requireNonNullElse(domain.getMetadata().getGeneration(), 1L);
        boolean accepted = known.refusals().isEmpty();
        boolean follows = accepted || known.copy(); // what the home says is in force, whatever a member thinks of it
        List<String> prefixes = follows ? domain.getSpec().prefixes() : domain.prefixesInForce();
        @Nullable
        String carrier =
                follows ? domain.getSpec().carrier() : domain.carrierInForce().orElse(null);
        boolean numbered = accepted && !known.copy();
        return new DomainStatus(
                generation,
                known.home(),
                old.vni() == null && numbered ? (Integer) DomainNumbers.freeVni(domain, others) : old.vni(),
                old.slot() == null && numbered ? (Integer) DomainNumbers.freeSlot(others) : old.slot(),
                prefixes,
                carrier,
                carrier == null ? null : (Boolean) encrypted(carrier),
                known.measuredMtu().isPresent() ? (Integer) known.measuredMtu().getAsInt() : old.mtu(),
                known.attachments(),
                known.leased(),
                prefixes.isEmpty() ? null : capacity(prefixes),
                known.copy() ? old.meshRoot() : known.meshRoot().orElse(null),
                conditions(
                        old,
                        known,
                        prefixes,
                        carrier,
                        generation,
                        now.truncatedTo(ChronoUnit.SECONDS).toString()));
    }

    private static boolean encrypted(@Nullable String carrier) {
        return carrier != null && Carrier.parse(carrier).map(Carrier::encrypted).orElse(false);
    }

    private static List<Condition> conditions(
            DomainStatus old,
            Known known,
            List<String> prefixes,
            @Nullable String carrier,
            long generation,
            String time) {
        boolean accepted = known.refusals().isEmpty();
        boolean encrypted = encrypted(carrier);
        List<Condition> conditions = Condition.with(
                old.conditions(),
                ACCEPTED,
                accepted,
                generation,
                accepted ? "Valid" : "Refused",
                accepted ? "the domain is in force as it is written" : refused(known, prefixes),
                time);
        if (carrier != null) {
            conditions = Condition.with(
                    conditions,
                    Condition.ENCRYPTED,
                    encrypted,
                    generation,
                    encrypted ? "Encrypted" : "NotEncrypted",
                    encrypted
                            ? "packets between nodes are encrypted"
                            : "packets between nodes are NOT encrypted: carrier " + carrier
                                    + " needs a network between the nodes that you trust",
                    time);
        }
        if (carrier != null) {
            conditions = addressesFree(conditions, known, generation, time);
        }
        return Condition.withReady(
                conditions,
                generation,
                encrypted ? "pods can join" : "pods can join; packets between nodes are NOT encrypted",
                time);
    }

    private static List<Condition> addressesFree(
            List<Condition> conditions, Known known, long generation, String time) {
        boolean free = known.attachments() < known.leased();
        return Condition.with(
                conditions,
                ADDRESSES_FREE,
                free,
                generation,
                free ? "Free" : known.leaseProblem().isEmpty() ? "NothingLeased" : "PoolExhausted",
                free
                        ? "this cluster has addresses for further pods"
                        : known.leaseProblem().isEmpty()
                                ? "this cluster has not leased any free addresses yet"
                                : known.leaseProblem(),
                time);
    }

    private static String refused(Known known, List<String> inForce) {
        String why = String.join("; ", known.refusals());
        return inForce.isEmpty() || known.copy() ? why : why + " (still in force: " + inForce + ")";
    }

    /// The number of addresses for pods; all blocks but those for services are alike, so few need counting.
    private static int capacity(List<String> prefixes) {
        AddressPlan plan = AddressPlan.of(prefixes.stream().map(IpPrefix::parse).toList());
        return plan.indexes() - (int) plan.serviceIndexes().count() - (AddressPlan.GATEWAY_INDEX + 1);
    }

    /// The number of addresses for pods in a block.
    static int capacity(AddressPlan plan, int block) {
        return block < plan.blocks() ? (int) plan.allocatableIndexes(block).count() : 0;
    }
}
