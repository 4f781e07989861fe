package dev.vl3mesh.bridge.link;

import dev.vl3mesh.api.v1alpha1.Link;
import dev.vl3mesh.bridge.BridgeConfig;
import dev.vl3mesh.bridge.reconcile.Blocks;
import dev.vl3mesh.bridge.reconcile.DomainReconciler;
import dev.vl3mesh.bridge.watch.ClusterCache;
import dev.vl3mesh.model.KubeClusterName;
import dev.vl3mesh.xds.ResourceStore;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.grpc.StatusRuntimeException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Keeps a [HomeLink] for each Link of role Home, copies of the homes' domains, and enough leased addresses. Used
/// by one thread, of the leader only.
public final class HomeLinks implements AutoCloseable {
    private static final Duration RETRY = Duration.ofSeconds(2);

    private final BridgeConfig config;
    private final KubernetesClient client;
    private final ClusterCache cache;
    private final ResourceStore store;
    private final DomainCopies copies;
    private final SecureRandom random;
    private final Departure departure;
    private final Members members;
    /// Read by any thread.
    private final Map<String, HomeLink> open = new ConcurrentHashMap<>();
    private final Map<String, Instant> retryAt = new HashMap<>();

    /// Starts with no link open.
    public HomeLinks(
            BridgeConfig config,
            KubernetesClient client,
            ClusterCache cache,
            ResourceStore store,
            Blocks blocks,
            DomainReconciler domains,
            SecureRandom random) {
        this.config = config;
        this.client = client;
        this.cache = cache;
        this.store = store;
        this.copies = new DomainCopies(config.cluster(), client, cache, store, blocks, domains);
        this.random = random;
        this.departure = new Departure(config, client);
        this.members = new Members(config, client, cache, store);
    }

    /// Says which homes there are, whether this replica leads or not.
    public void follow() {
        store.follow(cache.homes().stream()
                .map(link -> new KubeClusterName(link.peer()))
                .collect(Collectors.toSet()));
    }

    /// Goes over all links once.
    public void reconcile(Instant now) {
        members.reconcile(now);
        Set<String> wanted = new HashSet<>();
        for (Link link : cache.homes()) {
            wanted.add(link.peer());
            one(link, now);
        }
        for (String name : List.copyOf(open.keySet())) {
            if (!wanted.contains(name)) { // somebody took our finalizer off it
                close(name);
            }
        }
    }

    /// The link to a home, while it is open. May be called from any thread.
    public Optional<HomeLink> to(String home) {
        return Optional.ofNullable(open.get(home));
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
        copies.confirm(home);
        copies.copy(home);
        Optional<String> leaseProblem = copies.lease(home);
        leaseProblem.ifPresent(_ -> retryAt.put(name, now.plus(RETRY)));
        return LinkReport.open(name, home.connected(), leaseProblem);
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

    /// Forgets what came over the link.
    private void close(String name) {
        HomeLink link = open.remove(name);
        if (link == null) {
            return;
        }
        link.close();
        store.dropHome(link.home());
    }

    @Override
    public void close() {
        open.values().forEach(HomeLink::close);
    }
}
