package dev.vl3mesh.bridge.link;

import dev.vl3mesh.api.v1alpha1.Condition;
import dev.vl3mesh.api.v1alpha1.Domain;
import dev.vl3mesh.api.v1alpha1.DomainSpec;
import dev.vl3mesh.api.v1alpha1.DomainStatus;
import dev.vl3mesh.api.v1alpha1.Link;
import dev.vl3mesh.bridge.BridgeConfig;
import dev.vl3mesh.bridge.reconcile.Blocks;
import dev.vl3mesh.bridge.watch.ClusterCache;
import dev.vl3mesh.model.KubeClusterName;
import dev.vl3mesh.model.join.Labels;
import dev.vl3mesh.model.plan.MeshResource.DomainResource;
import dev.vl3mesh.model.plan.ResourceKey;
import dev.vl3mesh.model.plan.ResourceKind;
import dev.vl3mesh.xds.ResourceStore;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.grpc.StatusRuntimeException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Keeps a [HomeLink] for each Link of role Home, copies of the homes' domains, and enough leased addresses. Used
/// by one thread, of the leader only.
public final class HomeLinks implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(HomeLinks.class);
    private static final Duration RETRY = Duration.ofSeconds(2);

    private final BridgeConfig config;
    private final KubernetesClient client;
    private final ClusterCache cache;
    private final ResourceStore store;
    private final Blocks blocks;
    private final SecureRandom random;
    private final Departure departure;
    private final Members members;
    private final Map<String, HomeLink> open = new HashMap<>();
    private final Map<String, Instant> retryAt = new HashMap<>();

    /// Starts with no link open.
    public HomeLinks(
            BridgeConfig config,
            KubernetesClient client,
            ClusterCache cache,
            ResourceStore store,
            Blocks blocks,
            SecureRandom random) {
        this.config = config;
        this.client = client;
        this.cache = cache;
        this.store = store;
        this.blocks = blocks;
        this.random = random;
        this.departure = new Departure(config, client);
        this.members = new Members(config, client, cache, store);
    }

    /// Goes over all links once.
    public void reconcile(Instant now) {
        members.reconcile(now);
        Set<String> wanted = new HashSet<>();
        for (Link link : cache.links()) {
            if (link.getSpec().role().equals("Home")) {
                wanted.add(link.getMetadata().getName());
                one(link, now);
            }
        }
        for (String name : List.copyOf(open.keySet())) {
            if (!wanted.contains(name)) { // somebody took our finalizer off it
                close(name);
            }
        }
    }

    private void one(Link link, Instant now) {
        String name = link.getMetadata().getName();
        if (now.isBefore(retryAt.getOrDefault(name, Instant.MIN))) {
            return;
        }
        try {
            LinkReport report = Departure.wanted(link) ? leave(link, now) : keep(link, now);
            if (report != null) {
                report.write(client, link, now);
            }
        } catch (StatusRuntimeException | IllegalArgumentException e) {
            retryAt.put(name, now.plus(RETRY));
            LinkReport.failed(link, e).write(client, link, now);
        }
    }

    private LinkReport keep(Link link, Instant now) {
        String name = link.getMetadata().getName();
        HomeLink home = open.get(name);
        if (home == null) {
            departure.guard(link);
            home = HomeLink.open(config, client, link, store, random);
            open.put(name, home);
        }
        home.renew(now, random);
        copyDomains(home);
        return LinkReport.open(name, home.connected(), lease(home, now));
    }

    /// @return what it waits for; null when the Link is gone
    private @Nullable LinkReport leave(Link link, Instant now) {
        String name = link.getMetadata().getName();
        Optional<HomeLink> identity = Optional.ofNullable(open.get(name));
        if (identity.isEmpty()) {
            identity = HomeLink.openKept(config, client, link, store);
            identity.ifPresent(home -> open.put(name, home));
        }
        Optional<String> obstacle = departure.proceed(link, identity);
        if (obstacle.isEmpty()) {
            close(name);
            retryAt.put(name, now.plus(RETRY)); // until the watch shows that the Link is gone
            return null;
        }
        retryAt.put(name, now.plus(RETRY));
        return LinkReport.leaving(obstacle.get());
    }

    /// Forgets what came over the link. With one home, that is everything but this cluster's own.
    private void close(String name) {
        HomeLink link = open.remove(name);
        if (link == null) {
            return;
        }
        link.close();
        store.drop(link.home());
        if (open.isEmpty()) {
            for (KubeClusterName origin : store.completeOrigins()) {
                if (!origin.equals(config.cluster())) {
                    store.drop(origin);
                }
            }
        }
    }

    private static String homeOf(Domain domain) {
        Map<String, String> labels = domain.getMetadata().getLabels();
        return labels == null ? "" : labels.getOrDefault(Labels.HOME, "");
    }

    private List<DomainResource> domainsOf(HomeLink link) {
        List<DomainResource> domains = new ArrayList<>();
        for (ResourceKey key : store.keys(ResourceKind.DOMAIN)) {
            if (key.origin().equals(link.home())) {
                store.get(key).map(DomainResource.class::cast).ifPresent(domains::add);
            }
        }
        return domains;
    }

    private void copyDomains(HomeLink link) {
        Map<String, Domain> there = cache.domains().stream()
                .collect(Collectors.toMap(d -> d.getMetadata().getName(), d -> d, (a, _) -> a));
        List<DomainResource> wanted = domainsOf(link);
        for (DomainResource resource : wanted) {
            copyDomain(link, resource, there);
        }
        if (store.isComplete(link.home())) {
            Set<String> names = wanted.stream().map(d -> d.domain().value()).collect(Collectors.toSet());
            for (Domain domain : there.values()) {
                if (homeOf(domain).equals(link.home().value())
                        && !names.contains(domain.getMetadata().getName())) {
                    client.resource(domain).delete();
                }
            }
        }
    }

    private void copyDomain(HomeLink link, DomainResource resource, Map<String, Domain> there) {
        String name = resource.domain().value();
        Domain old = there.get(name);
        if (old != null && !homeOf(old).equals(link.home().value())) {
            LOG.warn("domain {} of home {} is left out: this cluster has a domain of that name", name, link.home());
            return;
        }
        DomainSpec spec = new DomainSpec(
                resource.prefixes().stream().map(Object::toString).toList(),
                resource.carrier().word(),
                resource.mtu() == 0 ? null : resource.mtu(),
                List.of());
        Domain copy = new Domain();
        copy.setSpec(spec);
        if (old == null) {
            copy.setMetadata(new ObjectMetaBuilder()
                    .withName(name)
                    .withLabels(Map.of(Labels.HOME, link.home().value()))
                    .build());
            old = client.resource(copy).create();
        } else if (!old.getSpec().equals(spec)) {
            copy.setMetadata(old.getMetadata());
            old = client.resource(copy).update();
        }
        int attachments = (int) cache.attachments().stream()
                .filter(a -> a.getSpec().domain().equals(name))
                .count();
        List<Condition> conditions =
                old.getStatus() == null ? List.of() : old.getStatus().conditions();
        DomainStatus status = new DomainStatus(
                old.getMetadata().getGeneration(),
                link.home().value(),
                resource.vni(),
                resource.slot(),
                old.getStatus() == null ? null : old.getStatus().mtu(),
                attachments,
                conditions.isEmpty()
                        ? Condition.with(
                                conditions,
                                Condition.READY,
                                true,
                                1,
                                "Copied",
                                "a copy of home " + link.home() + "'s domain",
                                Instant.now().toString())
                        : conditions);
        if (!status.equals(old.getStatus())) {
            copy.setMetadata(old.getMetadata());
            copy.setStatus(status);
            client.resource(copy).updateStatus();
        }
    }

    /// @return why addresses could not be leased
    private Optional<String> lease(HomeLink link, Instant now) {
        try {
            for (DomainResource domain : domainsOf(link)) {
                if (Blocks.needsBlock(domain, config.cluster(), cache.blocks(), cache.attachments())) {
                    long have = cache.blocks().stream()
                            .filter(b ->
                                    b.getSpec().domain().equals(domain.domain().value()))
                            .count();
                    String request = config.cluster() + "-" + have;
                    int number = link.leaseBlock(domain.domain(), request);
                    blocks.create(domain.domain(), number, config.cluster(), request);
                }
            }
            return Optional.empty();
        } catch (StatusRuntimeException e) {
            retryAt.put(link.home().value(), now.plus(RETRY));
            return Optional.of(LinkReport.why(e));
        }
    }

    @Override
    public void close() {
        open.values().forEach(HomeLink::close);
    }
}
