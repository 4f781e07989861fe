package dev.vl3mesh.bridge.link;

import dev.vl3mesh.api.v1alpha1.AddressBlock;
import dev.vl3mesh.api.v1alpha1.Attachment;
import dev.vl3mesh.api.v1alpha1.Domain;
import dev.vl3mesh.api.v1alpha1.Link;
import dev.vl3mesh.bridge.BridgeConfig;
import dev.vl3mesh.model.join.Labels;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.net.HttpURLConnection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Leaving a home. Its order makes sure that the home never gives addresses to others that a pod here has still got:
/// first nothing more is given out here, then it looks whether any pod is left, and only then is the home told. What
/// it was is asked of the API server, never of a cache. A Link's finalizer carries it over restarts.
final class Departure {
    private static final Logger LOG = LoggerFactory.getLogger(Departure.class);
    private static final String FINALIZER = "vl3mesh.dev/leave";

    private final BridgeConfig config;
    private final KubernetesClient client;

    Departure(BridgeConfig config, KubernetesClient client) {
        this.config = config;
        this.client = client;
    }

    static boolean wanted(Link link) {
        return link.getMetadata().getDeletionTimestamp() != null;
    }

    /// Has to come before the link is used: a Link without it could vanish while the home still counts on this
    /// cluster.
    void guard(Link link) {
        if (!finalizers(link).contains(FINALIZER)) {
            client.resources(Link.class).withName(link.getMetadata().getName()).edit(present -> {
                present.addFinalizer(FINALIZER);
                return present;
            });
        }
    }

    private static List<String> finalizers(Link link) {
        return Objects.requireNonNullElse(link.getMetadata().getFinalizers(), List.of());
    }

    /// Goes as far as it can.
    ///
    /// @param identity the way to the home; empty where this cluster never came to be its member
    /// @return what it waits for; empty when the cluster has left
    Optional<String> proceed(Link link, Optional<HomeLink> identity) {
        String home = link.getMetadata().getName();
        Set<String> domains = domainsOf(home);
        long attached = attachedTo(domains);
        if (attached > 0) {
            return Optional.of((attached == 1 ? "a pod is" : attached + " pods are") + " still attached to domains of "
                    + home + ": their addresses can't be given back");
        }
        if (releaseBlocks(domains)) {
            // an admission may just have chosen an address out of them: look again
            return Optional.of("the leased addresses are being given back");
        }
        if (identity.isPresent()) {
            Optional<String> obstacle = tell(link, identity.get());
            if (obstacle.isPresent()) {
                return obstacle;
            }
        }
        client.resources(Domain.class)
                .withLabel(Labels.HOME, home)
                .list()
                .getItems()
                .forEach(domain -> client.resource(domain).delete());
        HomeLink.forget(config, client, link);
        if (client.resources(Link.class).withName(home).get() != null) {
            client.resources(Link.class).withName(home).edit(present -> {
                present.removeFinalizer(FINALIZER);
                return present;
            });
        }
        LOG.info("cluster {} has left {}", config.cluster(), home);
        return Optional.empty();
    }

    private Set<String> domainsOf(String home) {
        return client.resources(Domain.class).withLabel(Labels.HOME, home).list().getItems().stream()
                .map(domain -> domain.getMetadata().getName())
                .collect(Collectors.toSet());
    }

    /// How many attachments are in use. Those that are kept for successors go: there will be none.
    private long attachedTo(Set<String> domains) {
        return client.resources(Attachment.class).list().getItems().stream()
                .filter(attachment -> domains.contains(attachment.getSpec().domain()))
                .filter(attachment -> !(attachment.keptForSuccessor() && delete(attachment)))
                .count();
    }

    /// Whether it could be deleted: not if a successor has just come.
    private boolean delete(Attachment attachment) {
        try {
            client.resource(attachment)
                    .lockResourceVersion(attachment.getMetadata().getResourceVersion())
                    .delete();
            return true;
        } catch (KubernetesClientException e) {
            if (e.getCode() == HttpURLConnection.HTTP_CONFLICT) {
                return false;
            }
            throw e;
        }
    }

    private boolean releaseBlocks(Set<String> domains) {
        List<AddressBlock> blocks = client.resources(AddressBlock.class).list().getItems().stream()
                .filter(block -> domains.contains(block.getSpec().domain()))
                .toList();
        blocks.forEach(block -> client.resource(block).delete());
        return !blocks.isEmpty();
    }

    private Optional<String> tell(Link link, HomeLink identity) {
        String home = link.getMetadata().getName();
        try {
            identity.leave();
            return Optional.empty();
        } catch (StatusRuntimeException e) {
            boolean away = e.getStatus().getCode() == Status.Code.UNAVAILABLE
                    || e.getStatus().getCode() == Status.Code.DEADLINE_EXCEEDED;
            String why = (away ? "home " + home + " does not answer (" : "home " + home + " refuses (")
                    + LinkReport.why(e) + ")";
            if (forgotten(link)) {
                LOG.warn("{} is left without its knowing: {}; delete Link {} there", home, why, config.cluster());
                return Optional.empty();
            }
            return Optional.of(why);
        }
    }

    private static boolean forgotten(Link link) {
        Map<String, String> annotations =
                Objects.requireNonNullElse(link.getMetadata().getAnnotations(), Map.of());
        return "true".equals(annotations.get(Labels.FORGET));
    }
}
