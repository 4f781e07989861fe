package dev.vl3mesh.bridge.reconcile;

import dev.vl3mesh.api.v1alpha1.AddressBlock;
import dev.vl3mesh.api.v1alpha1.AddressBlockSpec;
import dev.vl3mesh.api.v1alpha1.Attachment;
import dev.vl3mesh.bridge.watch.ClusterCache;
import dev.vl3mesh.model.DomainName;
import dev.vl3mesh.model.KubeClusterName;
import dev.vl3mesh.model.address.AddressPlan;
import dev.vl3mesh.model.address.IpAddress;
import dev.vl3mesh.model.plan.MeshResource.DomainResource;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import java.util.Collection;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Leases of address blocks. An AddressBlock is named after domain and number, so that the home's API server makes
/// two leases of one block impossible,
/// whoever asks at the same time.
public final class Blocks {
    private static final String REQUEST = "vl3mesh.dev/lease-request";

    private final KubernetesClient client;
    private final ClusterCache cache;

    /// Makes and finds leases through the API server.
    public Blocks(KubernetesClient client, ClusterCache cache) {
        this.client = client;
        this.cache = cache;
    }

    /// Whether a cluster has no block of a domain left that is wholly free, so that it should lease one ahead.
    public static boolean needsBlock(
            DomainResource domain,
            KubeClusterName cluster,
            Collection<AddressBlock> blocks,
            Collection<Attachment> attachments) {
        AddressPlan plan = AddressPlan.of(domain.prefixes());
        Set<Integer> used = new HashSet<>();
        for (Attachment attachment : attachments) {
            if (attachment.getSpec().domain().equals(domain.domain().value())) {
                plan.indexOf(IpAddress.parse(attachment.getSpec().addresses().getFirst()))
                        .ifPresent(index -> used.add(AddressPlan.blockOf(index)));
            }
        }
        return blocks.stream()
                .map(AddressBlock::getSpec)
                .filter(spec -> spec.domain().equals(domain.domain().value())
                        && spec.cluster().equals(cluster.value()))
                .allMatch(spec -> used.contains(spec.number()));
    }

    /// Leases a block at home. The same request gets the same block again.
    ///
    /// @return the block's number, or nothing where the domain has none left
    public Optional<Integer> lease(DomainResource domain, KubeClusterName holder, String requestId) {
        Set<Integer> taken = new HashSet<>();
        for (AddressBlock block : cache.blocks()) {
            if (block.getSpec().domain().equals(domain.domain().value())) {
                Map<String, String> annotations = block.getMetadata().getAnnotations();
                if (annotations != null
                        && requestId.equals(annotations.get(REQUEST))
                        && block.getSpec().cluster().equals(holder.value())) {
                    return Optional.of(block.getSpec().number());
                }
                taken.add(block.getSpec().number());
            }
        }
        AddressPlan plan = AddressPlan.of(domain.prefixes());
        for (int number = 0; number < plan.blocks(); number++) {
            boolean usable = !taken.contains(number)
                    && plan.allocatableIndexes(number).findAny().isPresent();
            if (usable && create(domain.domain(), number, holder, requestId)) {
                return Optional.of(number);
            }
        }
        return Optional.empty();
    }

    /// Writes a lease down; false where the block has a holder already.
    public boolean create(DomainName domain, int number, KubeClusterName holder, String requestId) {
        AddressBlock block = new AddressBlock();
        block.setMetadata(new ObjectMetaBuilder()
                .withName(domain + "." + number)
                .withAnnotations(Map.of(REQUEST, requestId))
                .build());
        block.setSpec(new AddressBlockSpec(domain.value(), number, holder.value()));
        try {
            client.resource(block).create();
            return true;
        } catch (KubernetesClientException e) {
            if (e.getCode() == HttpURLConnection.HTTP_CONFLICT) {
                return false;
            }
            throw e;
        }
    }

    /// Ends a lease.
    ///
    /// @throws IllegalArgumentException if the block is not leased by that cluster
    public void release(KubeClusterName holder, DomainName domain, int number) {
        AddressBlock block = client.resources(AddressBlock.class)
                .withName(domain + "." + number)
                .get();
        if (block == null || !block.getSpec().cluster().equals(holder.value())) {
            throw new IllegalArgumentException(
                    "block " + number + " of domain " + domain + " is not leased by " + holder);
        }
        client.resource(block).delete();
    }

    /// Ends all leases of a cluster.
    public void releaseAll(KubeClusterName holder) {
        for (AddressBlock block : cache.blocks()) {
            if (block.getSpec().cluster().equals(holder.value())) {
                client.resource(block).delete();
            }
        }
    }
}
