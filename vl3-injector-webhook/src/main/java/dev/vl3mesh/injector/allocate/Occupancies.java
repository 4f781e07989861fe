package dev.vl3mesh.injector.allocate;

import dev.vl3mesh.api.v1alpha1.Attachment;
import dev.vl3mesh.api.v1alpha1.Domain;
import dev.vl3mesh.model.DomainName;
import dev.vl3mesh.model.address.AddressPlan;
import dev.vl3mesh.model.address.IpAddress;
import dev.vl3mesh.model.address.IpPrefix;
import dev.vl3mesh.model.ipam.Occupancy;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// The occupancy of every domain, kept from what the watch tells of Attachments. Safe for use by several threads.
public final class Occupancies implements MeshCache.AttachmentListener {
    private final RandomGenerator random;
    private final Map<String, Occupancy> byDomain = new HashMap<>();
    private final Map<String, Attachment> unplaced = new HashMap<>();
    private @Nullable Function<String, Optional<Domain>> domains;

    /// Makes an empty one.
    public Occupancies(RandomGenerator random) {
        this.random = random;
    }

    /// Says where to find domains; until then, Attachments wait.
    public synchronized void domains(Function<String, Optional<Domain>> source) {
        this.domains = source;
    }

    @Override
    public synchronized void exists(Attachment attachment) {
        if (!place(attachment, Occupancy::take)) {
            unplaced.put(attachment.getMetadata().getName(), attachment);
        }
    }

    @Override
    public synchronized void gone(Attachment attachment) {
        if (unplaced.remove(attachment.getMetadata().getName()) == null) {
            place(attachment, Occupancy::release);
        }
    }

    private boolean place(Attachment attachment, BiConsumer<Occupancy, Integer> action) {
        Optional<Domain> domain = domains == null
                ? Optional.empty()
                : domains.apply(attachment.getSpec().domain());
        if (domain.isEmpty()) {
            return false;
        }
        try {
            AddressPlan plan = AddressPlan.of(domain.get().getSpec().prefixes().stream()
                    .map(IpPrefix::parse)
                    .toList());
            OptionalInt index = plan.indexOf(
                    IpAddress.parse(attachment.getSpec().addresses().getFirst()));
            if (index.isEmpty()) {
                return false;
            }
            action.accept(of(attachment.getSpec().domain(), plan), index.getAsInt());
            return true;
        } catch (IllegalArgumentException _) {
            return false; // of a domain that was refused, or written by hand: nothing that could be allocated
        }
    }

    /// A domain that was deleted and made anew with other prefixes is another one.
    private Occupancy of(String domain, AddressPlan plan) {
        return byDomain.computeIfAbsent(domain + "@" + plan.addresses(0).getFirst(), _ -> new Occupancy(random));
    }

    /// Chooses a free index and holds it.
    synchronized OptionalInt choose(DomainName domain, AddressPlan plan, Collection<Integer> blocks, long nowMillis) {
        if (!unplaced.isEmpty()) {
            unplaced.values().removeIf(attachment -> place(attachment, Occupancy::take));
        }
        return of(domain.value(), plan).choose(plan, blocks, nowMillis);
    }

    /// Gives up a choice.
    synchronized void release(DomainName domain, AddressPlan plan, int index) {
        of(domain.value(), plan).release(index);
    }
}
