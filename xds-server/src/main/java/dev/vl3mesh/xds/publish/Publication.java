package dev.vl3mesh.xds.publish;

import dev.vl3mesh.model.KubeClusterName;
import dev.vl3mesh.model.plan.MeshResource;
import dev.vl3mesh.model.plan.ResourceKey;
import dev.vl3mesh.model.plan.ResourceKind;
import dev.vl3mesh.xds.ResourceStore;
import dev.vl3mesh.xds.istio.IstioView;
import dev.vl3mesh.xds.mcp.McpServer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/// Publishes what a store holds, again whenever it changes; nothing before the domain's home has said that it is
/// complete, because what a publication lacks is deleted by whoever gets it.
final class Publication implements ResourceStore.Listener {
    /// Changes that come close together are published at once.
    private static final long GATHER_MILLIS = 100;

    private final ResourceStore store;
    private final KubeClusterName home;
    private final IstioView istio;
    private final McpServer server;
    private final Semaphore changes = new Semaphore(1);
    private volatile boolean published;

    Publication(ResourceStore store, KubeClusterName home, IstioView istio, McpServer server) {
        this.store = store;
        this.home = home;
        this.istio = istio;
        this.server = server;
        store.listen(this);
    }

    /// Whether anything was published.
    boolean published() {
        return published;
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
        if (!changes.tryAcquire(waitMillis, TimeUnit.MILLISECONDS)) {
            return;
        }
        TimeUnit.MILLISECONDS.sleep(GATHER_MILLIS);
        changes.drainPermits();
        if (store.isComplete(home)) {
            server.publish(istio.of(resources()));
            published = true;
        }
    }

    private List<MeshResource> resources() {
        List<MeshResource> all = new ArrayList<>();
        for (ResourceKind kind : List.of(ResourceKind.ATTACHMENT, ResourceKind.SERVICE)) {
            store.keys(kind).forEach(key -> store.get(key).ifPresent(all::add));
        }
        return all;
    }
}
