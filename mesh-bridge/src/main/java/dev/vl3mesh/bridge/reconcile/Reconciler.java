package dev.vl3mesh.bridge.reconcile;

import dev.vl3mesh.api.v1alpha1.Attachment;
import dev.vl3mesh.api.v1alpha1.Domain;
import dev.vl3mesh.api.v1alpha1.DomainStatus;
import dev.vl3mesh.bridge.watch.ClusterCache;
import dev.vl3mesh.identity.Pem;
import dev.vl3mesh.model.KubeClusterName;
import dev.vl3mesh.model.join.Labels;
import dev.vl3mesh.model.plan.ClusterState;
import dev.vl3mesh.model.plan.MeshResource.DomainResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Writes to Kubernetes what follows from what was seen; only the leader calls it. Every write is guarded by the
/// resource version that it was decided on, so
/// that a decision on old news is refused by the API server and made again.
public final class Reconciler {
    private static final Logger LOG = LoggerFactory.getLogger(Reconciler.class);

    private final KubeClusterName cluster;
    private final KubernetesClient client;
    private final ClusterCache cache;
    private final Blocks blocks;

    /// Makes a reconciler of one cluster.
    public Reconciler(KubeClusterName cluster, KubernetesClient client, ClusterCache cache, Blocks blocks) {
        this.cluster = cluster;
        this.client = client;
        this.cache = cache;
        this.blocks = blocks;
    }

    /// Goes over everything once.
    public void reconcile(ClusterState state, Instant now) {
        for (Domain domain : cache.domains()) {
            if (!ClusterCache.isCopy(domain)) {
                guarded(domain, () -> domain(domain, now));
            }
        }
        for (DomainResource domain : state.domains()) {
            if (Blocks.needsBlock(domain, cluster, cache.blocks(), cache.attachments())) {
                long have = cache.blocks().stream()
                        .filter(b -> b.getSpec().domain().equals(domain.domain().value()))
                        .count();
                var _ = blocks.lease(domain, cluster, cluster + "-" + have);
            }
        }
        attachments(now);
    }

    private void domain(Domain domain, Instant now) {
        List<Domain> others = cache.domains().stream()
                .filter(other -> !other.getMetadata()
                        .getName()
                        .equals(domain.getMetadata().getName()))
                .toList();
        DomainStatus wanted = DomainNumbers.status(cluster, domain, others, countAttachments(domain), now);
        if (!wanted.equals(domain.getStatus())) {
            // not into the cache's own object: if the write failed, the cache would lie
            Domain copy = new Domain();
            copy.setMetadata(domain.getMetadata());
            copy.setSpec(domain.getSpec());
            copy.setStatus(wanted);
            client.resource(copy).updateStatus();
        }
    }

    private int countAttachments(Domain domain) {
        return (int) cache.attachments().stream()
                .filter(a -> a.getSpec().domain().equals(domain.getMetadata().getName()))
                .count();
    }

    private void attachments(Instant now) {
        Map<String, Pod> byUid = new HashMap<>();
        Map<String, Pod> byClaim = new HashMap<>();
        for (Pod pod : cache.pods()) {
            if (AttachmentDecision.living(pod)) {
                byUid.put(pod.getMetadata().getUid(), pod);
                @Nullable String claim = claimOf(pod);
                if (claim != null) {
                    byClaim.putIfAbsent(hash(claim), pod);
                }
            }
        }
        for (Attachment attachment : cache.attachments()) {
            guarded(attachment, () -> carryOut(attachment, AttachmentDecision.of(attachment, byUid, byClaim, now)));
        }
    }

    private static @Nullable String claimOf(Pod pod) {
        Map<String, String> annotations = pod.getMetadata().getAnnotations();
        return annotations == null ? null : annotations.get(Labels.CLAIM);
    }

    private static String hash(String claim) {
        return Pem.sha256(claim.getBytes(StandardCharsets.UTF_8));
    }

    private void carryOut(Attachment attachment, AttachmentDecision decision) {
        switch (decision) {
            case AttachmentDecision.Keep _ -> {
                // nothing to do
            }
            case AttachmentDecision.Update(var status) -> {
                Attachment copy = new Attachment();
                copy.setMetadata(attachment.getMetadata());
                copy.setSpec(attachment.getSpec());
                copy.setStatus(status);
                client.resource(copy).updateStatus();
            }
            case AttachmentDecision.Delete(boolean lookFirst, String reason) -> {
                if (!lookFirst || !claimedByUnseenPod(attachment)) {
                    LOG.info(
                            "attachment {} is deleted: {}",
                            attachment.getMetadata().getName(),
                            reason);
                    client.resource(attachment).delete();
                }
            }
        }
    }

    /// The cache may be behind; an address that a pod holds must never be given away.
    private boolean claimedByUnseenPod(Attachment attachment) {
        return client.pods().inNamespace(attachment.getSpec().namespace()).list().getItems().stream()
                .anyMatch(pod -> {
                    @Nullable String claim = claimOf(pod);
                    return claim != null
                            && hash(claim).equals(attachment.getSpec().claimHash());
                });
    }

    /// One object's trouble must not keep the others waiting; it comes again with the next pass.
    private static void guarded(HasMetadata object, Runnable action) {
        try {
            action.run();
        } catch (KubernetesClientException e) {
            boolean outdated =
                    e.getCode() == HttpURLConnection.HTTP_CONFLICT || e.getCode() == HttpURLConnection.HTTP_NOT_FOUND;
            if (!outdated) {
                LOG.warn("{} {}: {}", object.getKind(), object.getMetadata().getName(), e.getMessage());
            }
        }
    }
}
