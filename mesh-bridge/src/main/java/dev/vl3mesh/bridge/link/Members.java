package dev.vl3mesh.bridge.link;

import dev.vl3mesh.api.v1alpha1.AddressBlock;
import dev.vl3mesh.api.v1alpha1.Domain;
import dev.vl3mesh.api.v1alpha1.Invitation;
import dev.vl3mesh.api.v1alpha1.Link;
import dev.vl3mesh.bridge.BridgeConfig;
import dev.vl3mesh.bridge.watch.ClusterCache;
import dev.vl3mesh.model.KubeClusterName;
import dev.vl3mesh.xds.ResourceStore;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The home's side of links: what a member had is released when somebody deletes its Link here, because the member is
/// gone for good or is to be shut out; and invitations don't pile up. Used by one thread, of the leader only.
final class Members {
    private static final Logger LOG = LoggerFactory.getLogger(Members.class);
    /// How long an invitation still tells, after its time, who used it.
    private static final Duration KEEP_INVITATION = Duration.ofDays(1);

    private final BridgeConfig config;
    private final KubernetesClient client;
    private final ClusterCache cache;
    private final ResourceStore store;

    Members(BridgeConfig config, KubernetesClient client, ClusterCache cache, ResourceStore store) {
        this.config = config;
        this.client = client;
        this.cache = cache;
        this.store = store;
    }

    void reconcile(Instant now) {
        for (String holder : strangers()) {
            // the watch of links may be behind that of blocks; a member that has just joined must keep its leases
            if (client.resources(Link.class).withName(Link.nameToMember(holder)).get() == null) {
                release(holder);
            }
        }
        for (Invitation invitation : cache.invitations()) {
            Instant expired = Instant.parse(invitation.getSpec().expiresAt());
            if (expired.plus(KEEP_INVITATION).isBefore(now)) {
                client.resource(invitation).delete();
            }
        }
    }

    /// Who holds blocks of our own domains, and is no member.
    private Set<String> strangers() {
        Set<String> own = cache.domains().stream()
                .filter(domain -> !ClusterCache.isCopy(domain))
                .map((Domain domain) -> domain.getMetadata().getName())
                .collect(Collectors.toSet());
        Set<String> holders = new TreeSet<>();
        for (AddressBlock block : cache.blocks()) {
            String holder = block.getSpec().cluster();
            if (own.contains(block.getSpec().domain())
                    && !holder.equals(config.cluster().value())) {
                holders.add(holder);
            }
        }
        cache.members().forEach(link -> holders.remove(link.peer()));
        return holders;
    }

    private void release(String holder) {
        LOG.info("the link to member {} is gone: its leases are released", holder);
        store.drop(new KubeClusterName(holder));
        for (AddressBlock block : cache.blocks()) {
            if (block.getSpec().cluster().equals(holder)) {
                client.resource(block).delete();
            }
        }
    }
}
