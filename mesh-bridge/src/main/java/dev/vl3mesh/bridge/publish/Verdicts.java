package dev.vl3mesh.bridge.publish;

import dev.vl3mesh.bridge.watch.Change;
import dev.vl3mesh.bridge.watch.Changes;
import dev.vl3mesh.model.DomainName;
import dev.vl3mesh.model.KubeClusterName;
import dev.vl3mesh.model.plan.ConfigName;
import dev.vl3mesh.model.plan.MeshResource.VerdictResource;
import dev.vl3mesh.model.plan.ResourceKey;
import dev.vl3mesh.model.plan.ResourceKind;
import dev.vl3mesh.xds.ResourceStore;
import java.util.Collection;
import java.util.Optional;

/// What domains' homes say of what is written here for meshes: found for whoever asks, and told as a change of
/// what was written.
public final class Verdicts implements ResourceStore.Listener {
    private final ResourceStore store;
    private final Changes changes;
    private final String here;

    /// Looks for what is said to one cluster.
    public Verdicts(KubeClusterName cluster, ResourceStore store, Changes changes) {
        this.store = store;
        this.changes = changes;
        this.here = cluster + "/";
        store.listen(this);
    }

    /// What is said of one name in one domain.
    public Optional<VerdictResource> find(DomainName domain, ConfigName name) {
        return store.homeOf(domain)
                .flatMap(home -> store.get(new ResourceKey(ResourceKind.VERDICT, domain, home, here + name)))
                .map(VerdictResource.class::cast);
    }

    @Override
    public void changed(Collection<ResourceKey> keys) {
        for (ResourceKey key : keys) {
            if (key.kind() == ResourceKind.VERDICT && key.name().startsWith(here)) {
                changes.add(new Change.OfConfig(ConfigName.parse(key.name().substring(here.length()))));
            }
        }
    }

    @Override
    public void completed(KubeClusterName origin) {
        // says nothing of verdicts
    }
}
