package dev.vl3mesh.bridge.reconcile;

import dev.vl3mesh.api.v1alpha1.AddressBlock;
import dev.vl3mesh.api.v1alpha1.AddressBlockSpec;
import dev.vl3mesh.bridge.reconcile.ClusterWriter.StaleException;
import dev.vl3mesh.bridge.watch.ClusterView;
import dev.vl3mesh.model.DomainName;
import dev.vl3mesh.model.KubeClusterName;
import dev.vl3mesh.model.address.AddressPlan;
import dev.vl3mesh.model.join.Labels;
import dev.vl3mesh.model.plan.MeshResource.DomainResource;
import dev.vl3mesh.xds.server.ControlHandlers.Confirmation;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntUnaryOperator;

/// Leases of address blocks. An AddressBlock is named after domain and number, so that the home's API server makes
/// two leases of one block impossible, whoever asks at the same time.
public final class Blocks {
    /// Annotation of a lease: the request that it answers.
    static final String REQUEST = "vl3mesh.dev/lease-request";

    /// In pools of fewer blocks only one is leased ahead, so that several clusters find some.
    private static final int SMALL_POOL_BLOCKS = 64;

    private final ClusterView view;
    private final ClusterWriter writer;
    private final Map<String, String> problems = new ConcurrentHashMap<>();
    /// Written, and not yet seen in the view; by name.
    private final Map<String, AddressBlock> unseen = new ConcurrentHashMap<>();

    /// Makes and finds leases through the API server.
    public Blocks(ClusterView view, ClusterWriter writer) {
        this.view = view;
        this.writer = writer;
    }

    /// Whether a cluster has too few blocks of a domain left that are wholly free, so that it should lease one ahead.
    ///
    /// @param used the number of held addresses of a block
    public static boolean needsBlock(
            AddressPlan plan, KubeClusterName cluster, Collection<AddressBlock> blocks, IntUnaryOperator used) {
        long free = blocks.stream()
                .map(AddressBlock::getSpec)
                .filter(spec -> spec.cluster().equals(cluster.value()) && used.applyAsInt(spec.number()) == 0)
                .count();
        return free < (plan.blocks() < SMALL_POOL_BLOCKS ? 1 : 2);
    }

    /// The request of a further lease: of those that the cluster has not made, or whose answer it does not have, the
    /// first. So an answer that was lost is asked for again, and none is asked for twice.
    public static String nextRequest(KubeClusterName cluster, Collection<AddressBlock> blocks) {
        Set<String> answered = new HashSet<>();
        blocks.stream()
                .filter(b -> b.getSpec().cluster().equals(cluster.value()))
                .forEach(b -> answered.add(requestOf(b)));
        int number = 0;
        while (answered.contains(cluster + "-" + number)) {
            number++;
        }
        return cluster + "-" + number;
    }

    /// The name of a lease's object.
    public static String nameOf(String domain, int number) {
        return domain + "." + number;
    }

    /// The request that a lease answers; empty where it does not say.
    public static String requestOf(AddressBlock block) {
        Map<String, String> annotations = block.getMetadata().getAnnotations();
        return annotations == null ? "" : annotations.getOrDefault(REQUEST, "");
    }

    /// The leases of a domain, those just written included.
    public List<AddressBlock> of(String domain) {
        List<AddressBlock> known = new ArrayList<>(view.blocksOf(domain));
        known.forEach(block -> unseen.remove(block.getMetadata().getName()));
        unseen.values().stream()
                .filter(block -> block.getSpec().domain().equals(domain))
                .forEach(known::add);
        return known;
    }

    /// Leases a block at home. The same request gets the same block again.
    ///
    /// @return the block's number, or nothing where the domain has none left
    public Optional<Integer> lease(DomainResource domain, KubeClusterName holder, String requestId) {
        String name = domain.domain().value();
        Set<Integer> taken = new HashSet<>();
        for (AddressBlock block : of(name)) {
            if (requestId.equals(requestOf(block)) && block.getSpec().cluster().equals(holder.value())) {
                return Optional.of(block.getSpec().number());
            }
            taken.add(block.getSpec().number());
        }
        AddressPlan plan = AddressPlan.of(domain.prefixes());
        for (int number = 0; number < plan.blocks(); number++) {
            boolean usable = !taken.contains(number)
                    && plan.allocatableIndexes(number).findAny().isPresent();
            if (usable && give(domain.domain(), number, holder, requestId)) {
                return Optional.of(number);
            }
        }
        return Optional.empty();
    }

    /// Writes a lease down; false where somebody else has the block. A block that the view does not show yet may be
    /// the answer to the same request.
    private boolean give(DomainName domain, int number, KubeClusterName holder, String requestId) {
        Optional<AddressBlock> there = write(domain, number, holder, requestId, Optional.empty());
        return there.isEmpty()
                || (requestId.equals(requestOf(there.get()))
                        && there.get().getSpec().cluster().equals(holder.value()));
    }

    /// Writes a lease down; false where the block has a holder already.
    ///
    /// @param home the cluster that leased it to this one; nothing where this is the home
    public boolean create(
            DomainName domain, int number, KubeClusterName holder, String requestId, Optional<KubeClusterName> home) {
        return write(domain, number, holder, requestId, home).isEmpty();
    }

    private Optional<AddressBlock> write(
            DomainName domain, int number, KubeClusterName holder, String requestId, Optional<KubeClusterName> home) {
        AddressBlock block = new AddressBlock();
        block.setMetadata(new ObjectMetaBuilder()
                .withName(nameOf(domain.value(), number))
                .withAnnotations(Map.of(REQUEST, requestId))
                .withLabels(home.map(h -> Map.of(Labels.HOME, h.value())).orElse(Map.of()))
                .build());
        block.setSpec(new AddressBlockSpec(domain.value(), number, holder.value()));
        Optional<AddressBlock> there = writer.create(block);
        if (there.isEmpty()) {
            unseen.put(nameOf(domain.value(), number), block);
        }
        return there;
    }

    /// Writes down again what a member says that it has, where a restored backup has forgotten it.
    public Confirmation confirm(DomainName domain, int number, KubeClusterName holder, String requestId) {
        Optional<AddressBlock> there = of(domain.value()).stream()
                .filter(block -> block.getSpec().number() == number)
                .findFirst()
                .or(() -> write(domain, number, holder, requestId, Optional.empty()));
        if (there.isEmpty()) {
            return Confirmation.RESTORED;
        }
        return there.get().getSpec().cluster().equals(holder.value()) ? Confirmation.KNOWN : Confirmation.REFUSED;
    }

    /// Remembers why this cluster gets no further block of a domain; an empty text forgets.
    public void problem(DomainName domain, String problem) {
        if (problem.isEmpty()) {
            problems.remove(domain.value());
        } else {
            problems.put(domain.value(), problem);
        }
    }

    /// Why this cluster gets no further block of a domain; empty where it gets one.
    String problem(String domain) {
        return Objects.requireNonNullElse(problems.get(domain), "");
    }

    /// Ends a lease.
    ///
    /// @throws IllegalArgumentException if the block is not leased by that cluster
    public void release(KubeClusterName holder, DomainName domain, int number) {
        AddressBlock block = view.blocksOf(domain.value()).stream()
                .filter(b ->
                        b.getSpec().number() == number && b.getSpec().cluster().equals(holder.value()))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "block " + number + " of domain " + domain + " is not leased by " + holder));
        unseen.remove(block.getMetadata().getName());
        writer.delete(block);
    }

    /// Ends all leases of a cluster.
    public void releaseAll(KubeClusterName holder) {
        for (AddressBlock block : view.blocks()) {
            if (block.getSpec().cluster().equals(holder.value())) {
                try {
                    writer.delete(block);
                } catch (StaleException e) {
                    // somebody else has deleted it
                }
            }
        }
    }
}
