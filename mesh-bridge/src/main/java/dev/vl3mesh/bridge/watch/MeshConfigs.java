package dev.vl3mesh.bridge.watch;

import dev.vl3mesh.model.plan.ConfigName;
import dev.vl3mesh.xds.istio.IstioKind;
import io.fabric8.kubernetes.api.model.APIResource;
import io.fabric8.kubernetes.api.model.APIResourceList;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What users have written for meshes, kept current by watches: of those kinds that the cluster's API server
/// has, which may come and go. Read as they are, not as classes, so that nothing is lost that only the mesh
/// understands.
final class MeshConfigs implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(MeshConfigs.class);
    private static final long LOOK_SECONDS = 10;

    private final KubernetesClient client;
    private final Changes changes;
    private final Map<IstioKind, SharedIndexInformer<GenericKubernetesResource>> watches = new ConcurrentHashMap<>();
    private final Thread looker;

    /// Starts watching what is there.
    MeshConfigs(KubernetesClient client, Changes changes) {
        this.client = client;
        this.changes = changes;
        look();
        this.looker = Thread.ofVirtual().name("mesh-kinds").start(this::lookAgain);
    }

    private void lookAgain() {
        try {
            while (true) {
                TimeUnit.SECONDS.sleep(LOOK_SECONDS);
                look();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // closed
        }
    }

    private void look() {
        Map<String, Optional<APIResourceList>> groups = new HashMap<>();
        try {
            for (IstioKind kind : IstioKind.values()) {
                Optional<APIResource> resource = groups
                        .computeIfAbsent(
                                kind.apiVersion(), version -> Optional.ofNullable(client.getApiResources(version)))
                        .stream()
                        .flatMap(list -> list.getResources().stream())
                        .filter(one -> one.getKind().equals(kind.kind())
                                && !one.getName().contains("/"))
                        .findFirst();
                resource.ifPresentOrElse(
                        there -> watches.computeIfAbsent(kind, _ -> watch(kind, there.getName())), () -> forget(kind));
            }
        } catch (KubernetesClientException e) {
            LOG.warn("which kinds of meshes there are is not known: {}", e.getMessage());
        }
    }

    private void forget(IstioKind kind) {
        SharedIndexInformer<GenericKubernetesResource> gone = watches.remove(kind);
        if (gone != null) {
            LOG.info("the API server has no {} any more", kind.kind());
            gone.close();
            gone.getStore().list().forEach(this::changed);
        }
    }

    private SharedIndexInformer<GenericKubernetesResource> watch(IstioKind kind, String plural) {
        ResourceDefinitionContext context = new ResourceDefinitionContext.Builder()
                .withGroup(kind.group())
                .withVersion(kind.version())
                .withKind(kind.kind())
                .withPlural(plural)
                .withNamespaced(true)
                .build();
        SharedIndexInformer<GenericKubernetesResource> informer =
                client.genericKubernetesResources(context).inAnyNamespace().runnableInformer(0);
        informer.addEventHandler(new ResourceEventHandler<>() {
            @Override
            public void onAdd(GenericKubernetesResource object) {
                changed(object);
            }

            @Override
            public void onUpdate(GenericKubernetesResource before, GenericKubernetesResource after) {
                changed(after);
            }

            @Override
            public void onDelete(GenericKubernetesResource object, boolean stateUnknown) {
                changed(object);
            }
        });
        informer.run();
        return informer;
    }

    private void changed(GenericKubernetesResource object) {
        changes.add(new Change.OfConfig(nameOf(object)));
    }

    private static ConfigName nameOf(GenericKubernetesResource object) {
        String apiVersion = object.getApiVersion();
        return new ConfigName(
                apiVersion.substring(0, apiVersion.indexOf('/')),
                object.getKind(),
                object.getMetadata().getNamespace(),
                object.getMetadata().getName());
    }

    /// Whether every watch has brought everything at least once.
    boolean synced() {
        return watches.values().stream().allMatch(SharedIndexInformer::hasSynced);
    }

    /// The names of all.
    List<ConfigName> names() {
        return watches.values().stream()
                .flatMap(watch -> watch.getStore().list().stream())
                .map(MeshConfigs::nameOf)
                .toList();
    }

    /// One of them.
    Optional<GenericKubernetesResource> get(ConfigName name) {
        return watches.entrySet().stream()
                .filter(watch -> watch.getKey().group().equals(name.group())
                        && watch.getKey().kind().equals(name.kind()))
                .findFirst()
                .map(watch -> watch.getValue().getStore().getByKey(name.namespace() + "/" + name.name()));
    }

    @Override
    public void close() {
        looker.interrupt();
        watches.values().forEach(SharedIndexInformer::close);
    }
}
