package dev.vl3mesh.bridge.reconcile;

import dev.vl3mesh.api.v1alpha1.Attachment;
import dev.vl3mesh.model.address.AddressPlan;
import dev.vl3mesh.model.address.IpAddress;
import dev.vl3mesh.model.address.IpPrefix;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// How many addresses of each block pods hold, counted as attachments come and go. Used by one thread.
final class BlockUse {
    private record Place(String domain, IpAddress first) {}

    private static final class DomainUse {
        final Map<String, IpAddress> held = new HashMap<>();
        final Map<Integer, Integer> byBlock = new HashMap<>();
        List<IpPrefix> prefixes = List.of();

        @Nullable
        AddressPlan plan;
    }

    private final Map<String, Place> places = new HashMap<>();
    private final Map<String, DomainUse> domains = new HashMap<>();

    /// Says how an attachment is now; returns the domain whose counts changed.
    Optional<String> attachment(String name, Optional<Attachment> attachment) {
        @Nullable Place before = places.get(name);
        Optional<Place> now = attachment.map(a -> new Place(
                a.getSpec().domain(), IpAddress.parse(a.getSpec().addresses().getFirst())));
        if (now.equals(Optional.ofNullable(before))) {
            return Optional.empty();
        }
        if (before != null) {
            places.remove(name);
            DomainUse use = use(before.domain());
            use.held.remove(name);
            count(use, before.first(), -1);
        }
        now.ifPresent(place -> {
            places.put(name, place);
            use(place.domain()).held.put(name, place.first());
            count(use(place.domain()), place.first(), 1);
        });
        return Optional.of(now.map(Place::domain).orElseGet(() -> before == null ? "" : before.domain()));
    }

    private DomainUse use(String domain) {
        return domains.computeIfAbsent(domain, _ -> new DomainUse());
    }

    private static void count(DomainUse use, IpAddress first, int change) {
        @Nullable AddressPlan plan = use.plan;
        OptionalInt index = plan == null ? OptionalInt.empty() : plan.indexOf(first);
        if (index.isPresent() && use.byBlock.merge(AddressPlan.blockOf(index.getAsInt()), change, Integer::sum) == 0) {
            use.byBlock.remove(AddressPlan.blockOf(index.getAsInt()));
        }
    }

    /// Says which prefixes are in force; counts anew where they are others than before.
    void prefixes(String domain, List<IpPrefix> prefixes) {
        DomainUse use = use(domain);
        if (!use.prefixes.equals(prefixes)) {
            use.prefixes = prefixes;
            use.plan = prefixes.isEmpty() ? null : AddressPlan.of(prefixes);
            use.byBlock.clear();
            use.held.values().forEach(first -> count(use, first, 1));
        }
    }

    /// The number of attachments in a domain.
    int attachments(String domain) {
        @Nullable DomainUse use = domains.get(domain);
        return use == null ? 0 : use.held.size();
    }

    /// The number of addresses of a block that are held.
    int used(String domain, int block) {
        @Nullable DomainUse use = domains.get(domain);
        return use == null ? 0 : use.byBlock.getOrDefault(block, 0);
    }

    /// The names of a domain's attachments.
    Set<String> names(String domain) {
        @Nullable DomainUse use = domains.get(domain);
        return use == null ? Set.of() : Set.copyOf(use.held.keySet());
    }
}
