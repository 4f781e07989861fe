package dev.vl3mesh.xds.publish;

import dev.vl3mesh.model.DomainName;
import dev.vl3mesh.model.KubeClusterName;
import dev.vl3mesh.model.plan.MeshResource;
import dev.vl3mesh.model.plan.MeshResource.ConfigResource;
import dev.vl3mesh.model.plan.MeshResource.DomainResource;
import dev.vl3mesh.model.plan.MeshResource.IstioMesh;
import dev.vl3mesh.model.plan.MeshResource.VerdictResource;
import dev.vl3mesh.model.plan.ResourceKey;
import dev.vl3mesh.model.plan.ResourceKind;
import dev.vl3mesh.xds.ResourceStore;
import dev.vl3mesh.xds.istio.IstioView;
import dev.vl3mesh.xds.istio.UserConfigs;
import dev.vl3mesh.xds.istio.UserConfigs.Outcome;
import dev.vl3mesh.xds.istiod.IstiodClient;
import dev.vl3mesh.xds.mcp.McpServer;
import java.io.IOException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Publishes what a store holds, again whenever it changes; nothing before the domain's home has said that
/// it is complete, because what a publication lacks is deleted by whoever gets it.
///
/// An istiod that starts can be asked what it thinks of users' configuration only when it has everything
/// else. Until it was asked, nobody is to be served by it: [#complete] says when. One that runs already is
/// asked first.
final class Publication implements ResourceStore.Listener {
    private static final Logger LOG = LoggerFactory.getLogger(Publication.class);
    /// Changes that belong together come within that time; after a quiet while nothing else is waited for.
    private static final long GATHER_MILLIS = 20;
    /// At least from one publication to the next.
    private static final long PACE_MILLIS = 100;
    /// How long istiod may take from the acknowledgement to the push, generously.
    private static final Duration DIGESTION = Duration.ofSeconds(2);
    /// How long to wait before what could not be done is tried again.
    private static final long RETRY_MILLIS = 1_000;

    private final ResourceStore store;
    private final DomainName domain;
    private final String revision;
    private final KubeClusterName home;
    private final McpServer server;
    private final Supplier<List<X509Certificate>> roots;
    private final IstioView istio;
    private final Semaphore changes = new Semaphore(1);
    private volatile boolean published;
    private volatile boolean judged;
    private boolean held;
    private long gatheredAt = System.nanoTime() - TimeUnit.SECONDS.toNanos(1);
    private String rootNamespace = "";
    private Instant takenAt = Instant.MAX;
    private volatile List<VerdictResource> verdicts = List.of();
    private @Nullable UserConfigs configs;

    /// @param revision of the istiod that it is for
    /// @param roots of the domain, by which its istiod is known
    Publication(
            ResourceStore store,
            DomainName domain,
            String revision,
            KubeClusterName home,
            McpServer server,
            Supplier<List<X509Certificate>> roots) {
        this.store = store;
        this.domain = domain;
        this.revision = revision;
        this.home = home;
        this.server = server;
        this.roots = roots;
        this.istio = new IstioView(domain);
        store.listen(this);
    }

    /// Whether anything was published.
    boolean published() {
        return published;
    }

    /// Whether istiod has everything, what users have written included, and has had the time to make
    /// something of it: it acknowledges first, and gathers what comes. Once true, true until istiod is
    /// gone.
    synchronized boolean complete() {
        if (server.streams() == 0) {
            takenAt = Instant.MAX;
            return false;
        }
        Instant now = Instant.now();
        if (judged && takenAt.equals(Instant.MAX) && server.synced()) {
            takenAt = now;
        }
        return !takenAt.equals(Instant.MAX) && !now.isBefore(takenAt.plus(DIGESTION));
    }

    /// Whether its verdicts count: a canary's are the canary's own matter.
    boolean inForce() {
        return mesh().filter(mesh -> mesh.revision().equals(revision)).isPresent();
    }

    /// What became of what users have written.
    List<VerdictResource> verdicts() {
        return verdicts;
    }

    @Override
    public void changed(Collection<ResourceKey> keys) {
        changes.release();
    }

    @Override
    public void completed(KubeClusterName origin) {
        changes.release();
    }

    /// Publishes what has changed, or waits for a change.
    ///
    /// @param waitMillis how long at most
    void work(long waitMillis) throws InterruptedException {
        boolean again = published ? !judged : held;
        if (!changes.tryAcquire(again ? Math.min(waitMillis, RETRY_MILLIS) : waitMillis, TimeUnit.MILLISECONDS)
                && !again) {
            return;
        }
        long since = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - gatheredAt);
        TimeUnit.MILLISECONDS.sleep(Math.max(GATHER_MILLIS, PACE_MILLIS - since));
        gatheredAt = System.nanoTime();
        changes.drainPermits();
        if (!store.isComplete(home) || rootNamespace().isEmpty()) {
            return;
        }
        Outcome outcome = judge();
        held = !published && !outcome.complete() && IstiodClient.listens();
        if (held) {
            return; // it serves sidecars by what the former publisher has told it: less than all would take from them
        }
        server.publish(istio.of(rootNamespace, resources(), outcome));
        published = true;
        judged = outcome.complete();
        verdicts = outcome.verdicts();
    }

    private Outcome judge() {
        return configs().map(known -> known.judge(written())).orElse(Outcome.NONE);
    }

    /// Nothing while the istiod does not answer that is to be asked.
    private Optional<UserConfigs> configs() {
        Optional<IstioMesh> mesh = mesh();
        if (configs == null && mesh.isPresent()) {
            String namespace = mesh.get().namespace();
            try {
                IstiodClient istiod = new IstiodClient("istiod-" + revision + "." + namespace + ".svc", roots.get());
                configs = new UserConfigs(domain, home, namespace, istiod);
            } catch (IOException e) {
                LOG.info("istiod does not tell its schema yet: {}", e.getMessage());
            }
        }
        return Optional.ofNullable(configs);
    }

    /// Once known it stays, whatever becomes of the domain: istiod does not move. Empty before.
    private String rootNamespace() {
        if (rootNamespace.isEmpty()) {
            rootNamespace = mesh().map(IstioMesh::namespace).orElse("");
        }
        return rootNamespace;
    }

    private Optional<IstioMesh> mesh() {
        return store.get(new ResourceKey(ResourceKind.DOMAIN, domain, home, domain.value()))
                .map(DomainResource.class::cast)
                .flatMap(DomainResource::istio);
    }

    private List<ConfigResource> written() {
        return all(ResourceKind.CONFIG).map(ConfigResource.class::cast).toList();
    }

    private List<MeshResource> resources() {
        return Stream.of(ResourceKind.ATTACHMENT, ResourceKind.SERVICE, ResourceKind.VIRTUAL)
                .flatMap(this::all)
                .toList();
    }

    private Stream<MeshResource> all(ResourceKind kind) {
        return store.keys(kind).stream().flatMap(key -> store.get(key).stream());
    }
}
