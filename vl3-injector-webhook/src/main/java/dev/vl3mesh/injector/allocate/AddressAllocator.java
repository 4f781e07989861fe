package dev.vl3mesh.injector.allocate;

import dev.vl3mesh.api.v1alpha1.Attachment;
import dev.vl3mesh.api.v1alpha1.AttachmentSpec;
import dev.vl3mesh.api.v1alpha1.Domain;
import dev.vl3mesh.injector.allocate.Allocation.Place;
import dev.vl3mesh.model.DomainName;
import dev.vl3mesh.model.KubeClusterName;
import dev.vl3mesh.model.address.AddressPlan;
import dev.vl3mesh.model.address.IpAddress;
import dev.vl3mesh.model.address.IpPrefix;
import dev.vl3mesh.model.domain.DomainRules;
import dev.vl3mesh.model.ipam.AttachmentName;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SequencedMap;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/// Gives pods their addresses by creating Attachments: an address is a pod's once the API server has taken the object
/// that is named after it.
public final class AddressAllocator {
    /// A fresh domain or a busy one gets its next block within this time, mostly.
    private static final long PATIENCE_MILLIS = 4_000;

    private static final long POLL_MILLIS = 20;

    private final KubeClusterName cluster;
    private final AttachmentApi api;
    private final MeshView view;
    private final Occupancies occupancies;
    private final Waiting waiting;
    private final LongAdder conflicts = new LongAdder();

    /// How time passes.
    public interface Waiting {
        /// Milliseconds of a clock that does not go back.
        long millis();

        /// Returns a little later: what is waited for comes by a watch, and is looked for again.
        void pause();
    }

    /// Allocates from the blocks of one cluster.
    public AddressAllocator(
            KubeClusterName cluster, AttachmentApi api, MeshView view, Occupancies occupancies, Waiting waiting) {
        this.cluster = cluster;
        this.api = api;
        this.view = view;
        this.occupancies = occupancies;
        this.waiting = waiting;
    }

    /// The machine's time.
    public static Waiting realWaiting() {
        return new Waiting() {
            @Override
            public long millis() {
                return System.nanoTime() / 1_000_000;
            }

            @Override
            public void pause() {
                try {
                    Thread.sleep(POLL_MILLIS);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new IllegalStateException("interrupted while waiting for addresses", e);
                }
            }
        };
    }

    /// How often a chosen address was another replica's already.
    public long conflicts() {
        return conflicts.sum();
    }

    /// A pod that wants addresses.
    ///
    /// @param pod its name as far as known, for messages
    /// @param identity `<namespace>/<pod name>` if that name comes back; else null
    /// @param claimHash of the claim in its annotation
    /// @param sidecars the domains in which it will have a sidecar
    /// @param dryRun whether nothing may be written
    public record Wish(
            String namespace,
            String pod,
            @Nullable String identity,
            List<DomainName> domains,
            String claimHash,
            Set<DomainName> sidecars,
            boolean dryRun) {
        /// Makes immutable copies.
        public Wish {
            domains = List.copyOf(domains);
            sidecars = Set.copyOf(sidecars);
        }

        private @Nullable Boolean sidecar(DomainName domain) {
            return sidecars.contains(domain) ? Boolean.TRUE : null;
        }
    }

    /// Allocates in all wanted domains, or in none.
    ///
    /// @throws AllocationException if that can't be, with the reason
    public Allocation allocate(Wish wish) throws AllocationException {
        SequencedMap<DomainName, AddressPlan> plans = plans(wish);
        SequencedMap<DomainName, Place> places = new LinkedHashMap<>();
        List<Attachment> created = new ArrayList<>();
        try {
            for (var entry : plans.entrySet()) {
                Optional<Attachment> kept = kept(wish, entry.getKey(), entry.getValue());
                List<IpAddress> addresses = kept.isPresent()
                        ? addresses(kept.get())
                        : fresh(wish, entry.getKey(), entry.getValue(), created);
                places.put(entry.getKey(), new Place(addresses, entry.getValue().gateway()));
            }
            return new Allocation(places);
        } catch (AllocationException | RuntimeException e) {
            created.forEach(this::giveBack);
            throw e;
        }
    }

    private SequencedMap<DomainName, AddressPlan> plans(Wish wish) throws AllocationException {
        SequencedMap<DomainName, AddressPlan> plans = new LinkedHashMap<>();
        List<DomainRules.Meeting> meetings = new ArrayList<>();
        for (DomainName name : wish.domains()) {
            Domain domain = usable(name);
            List<IpPrefix> prefixes =
                    domain.getSpec().prefixes().stream().map(IpPrefix::parse).toList();
            plans.put(name, AddressPlan.of(prefixes));
            Integer slot = domain.getStatus().slot();
            meetings.add(new DomainRules.Meeting(name, prefixes, slot == null ? meetings.size() : slot));
        }
        List<String> refusals = DomainRules.meetingRefusals(meetings, "pod " + wish.namespace() + "/" + wish.pod());
        if (!refusals.isEmpty()) {
            throw new AllocationException(String.join("; ", refusals));
        }
        return plans;
    }

    private Domain usable(DomainName name) throws AllocationException {
        Domain domain = view.domain(name.value()).orElse(null);
        if (domain == null) {
            domain = api.domain(name.value()); // younger than the watch's news
        }
        if (domain == null) {
            throw new AllocationException("domain '" + name + "' is not known in cluster " + cluster
                    + ", which knows " + view.domainNames()
                    + ": create the Domain in its home cluster, or join that home with vl3ctl join");
        }
        List<String> clusters = domain.getSpec().clusters();
        if (!clusters.isEmpty() && !clusters.contains(cluster.value())) {
            throw new AllocationException("domain '" + name + "' is not open to cluster " + cluster
                    + ": add it to spec.clusters, which is " + clusters);
        }
        long end = waiting.millis() + PATIENCE_MILLIS;
        while (!ready(domain)) {
            if (waiting.millis() > end) {
                throw new AllocationException(
                        "domain '" + name + "' is not ready: kubectl describe domain " + name + " says why");
            }
            waiting.pause();
            domain = view.domain(name.value()).orElse(domain);
        }
        return domain;
    }

    private static boolean ready(Domain domain) {
        return domain.getStatus() != null
                && domain.getStatus().vni() != null
                && domain.getStatus().conditions().stream()
                        .noneMatch(
                                c -> c.type().equals("Accepted") && !c.status().equals("True"));
    }

    /// The attachment that waits for a pod of this name, made this pod's by its new claim. If the old
    /// pod still lives, the binding in the status stays the old pod's, and the API server will refuse the
    /// new one for its name. One that was never bound is left alone: a pod may be about to be, whose only
    /// hold on it is its claim.
    private Optional<Attachment> kept(Wish wish, DomainName domain, AddressPlan plan) throws AllocationException {
        if (wish.identity() == null) {
            return Optional.empty();
        }
        for (Attachment seen : view.ofIdentity(wish.identity())) {
            boolean fits = seen.getSpec().domain().equals(domain.value())
                    && plan.indexOf(addresses(seen).getFirst()).isPresent();
            if (!fits) {
                continue;
            }
            @Nullable
            Attachment attachment =
                    bound(seen) ? seen : api.attachment(seen.getMetadata().getName());
            if (attachment != null && bound(attachment) && (wish.dryRun() || claim(wish, attachment))) {
                return Optional.of(attachment);
            }
        }
        return Optional.empty();
    }

    private static boolean bound(Attachment attachment) {
        return attachment.getStatus() != null && attachment.getStatus().podUid() != null;
    }

    /// The controller may be quicker: then once more, on what it wrote.
    private boolean claim(Wish wish, Attachment attachment) throws AllocationException {
        AttachmentApi.Written written = api.replace(claimed(wish, attachment));
        if (written != AttachmentApi.Written.CHANGED) {
            return written == AttachmentApi.Written.STORED;
        }
        Attachment now = api.attachment(attachment.getMetadata().getName());
        if (now == null) {
            return false;
        }
        written = api.replace(claimed(wish, now));
        if (written == AttachmentApi.Written.CHANGED) {
            throw new AllocationException(
                    attachment.getMetadata().getName() + " has changed twice meanwhile: create the pod again");
        }
        return written == AttachmentApi.Written.STORED;
    }

    private static Attachment claimed(Wish wish, Attachment attachment) {
        AttachmentSpec spec = attachment.getSpec();
        Attachment copy = new Attachment();
        copy.setMetadata(attachment.getMetadata());
        copy.setSpec(new AttachmentSpec(
                spec.domain(),
                spec.addresses(),
                spec.namespace(),
                wish.claimHash(),
                spec.identity(),
                wish.sidecar(new DomainName(spec.domain()))));
        copy.setStatus(attachment.getStatus());
        return copy;
    }

    private List<IpAddress> fresh(Wish wish, DomainName domain, AddressPlan plan, List<Attachment> created)
            throws AllocationException {
        long end = waiting.millis() + PATIENCE_MILLIS;
        while (true) {
            List<Integer> blocks = view.blocks(domain.value(), cluster.value());
            OptionalInt index = occupancies.choose(domain, plan, blocks, waiting.millis());
            if (index.isPresent()) {
                List<IpAddress> addresses = plan.addresses(index.getAsInt());
                if (wish.dryRun()) {
                    occupancies.release(domain, plan, index.getAsInt());
                    return addresses;
                }
                if (create(wish, domain, plan, index.getAsInt(), created)) {
                    return addresses;
                }
            } else if (waiting.millis() > end) {
                throw new AllocationException("domain '" + domain + "' has no free address in the " + blocks.size()
                        + " blocks that cluster " + cluster
                        + " has leased, and no further block came: vl3ctl domains shows the pool; append a prefix to"
                        + " spec.prefixes if it is used up");
            } else {
                waiting.pause();
            }
        }
    }

    private boolean create(Wish wish, DomainName domain, AddressPlan plan, int index, List<Attachment> created) {
        List<IpAddress> addresses = plan.addresses(index);
        Attachment attachment = new Attachment();
        attachment.setMetadata(new ObjectMetaBuilder()
                .withName(AttachmentName.of(domain, addresses.getFirst()).value())
                .build());
        attachment.setSpec(new AttachmentSpec(
                domain.value(),
                addresses.stream().map(IpAddress::toString).toList(),
                wish.namespace(),
                wish.claimHash(),
                wish.identity(),
                wish.sidecar(domain)));
        if (!api.create(attachment)) {
            conflicts.increment();
            return false; // another replica's; the hold on the index keeps it from being tried again
        }
        created.add(attachment);
        return true;
    }

    private void giveBack(Attachment attachment) {
        try {
            api.delete(attachment);
        } catch (KubernetesClientException _) {
            // nobody will claim it, so it expires
        }
    }

    private static List<IpAddress> addresses(Attachment attachment) {
        return attachment.getSpec().addresses().stream().map(IpAddress::parse).toList();
    }
}
