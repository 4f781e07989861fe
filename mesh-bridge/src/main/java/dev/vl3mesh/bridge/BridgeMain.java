package dev.vl3mesh.bridge;

import dev.vl3mesh.bridge.link.HomeLinks;
import dev.vl3mesh.bridge.link.LinkAddress;
import dev.vl3mesh.bridge.observe.NodeReports;
import dev.vl3mesh.bridge.publish.Publisher;
import dev.vl3mesh.bridge.reconcile.ApiWriter;
import dev.vl3mesh.bridge.reconcile.Blocks;
import dev.vl3mesh.bridge.reconcile.DomainReconciler;
import dev.vl3mesh.bridge.reconcile.Reconciler;
import dev.vl3mesh.bridge.serve.BridgeHandlers;
import dev.vl3mesh.bridge.serve.ControlIdentity;
import dev.vl3mesh.bridge.serve.ControlStatus;
import dev.vl3mesh.bridge.serve.HttpEndpoint;
import dev.vl3mesh.bridge.watch.Changes;
import dev.vl3mesh.bridge.watch.ClusterCache;
import dev.vl3mesh.bridge.watch.StateFeeder;
import dev.vl3mesh.model.domain.DomainRules.Held;
import dev.vl3mesh.model.plan.IncrementalPlanner;
import dev.vl3mesh.model.plan.MeshResource.AttachmentResource;
import dev.vl3mesh.model.plan.ResourceKey;
import dev.vl3mesh.model.plan.ResourceKind;
import dev.vl3mesh.xds.ResourceStore;
import dev.vl3mesh.xds.server.ControlServer;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/// The control plane of one cluster, `vl3-control`.
public final class BridgeMain {
    private BridgeMain() {}

    /// Runs until the process is told to end.
    public static void main(String[] args) throws IOException, InterruptedException {
        BridgeConfig config = BridgeConfig.of(System.getenv());
        InstantSource clock = InstantSource.system();
        SecureRandom random = new SecureRandom();
        Changes changes = new Changes();
        ResourceStore store = new ResourceStore();
        NodeReports reports = new NodeReports(changes, clock.instant());
        try (KubernetesClient client = new KubernetesClientBuilder().build();
                WriteLanes lanes = new WriteLanes();
                ApiWriter writer = new ApiWriter(client, clock, config.pod());
                ClusterCache cache = new ClusterCache(client, changes)) {
            cache.readServiceRanges(client);
            ControlIdentity identity = ControlIdentity.load(client, config, clock, random);
            Blocks blocks = new Blocks(cache, writer);
            BridgeHandlers handlers =
                    new BridgeHandlers(config, client, cache, store, blocks, identity, reports, clock);
            DomainReconciler domains = new DomainReconciler(
                    config.cluster(), cache, writer, blocks, reports, name -> heldElsewhere(store, config, name));
            HomeLinks links = new HomeLinks(config, client, cache, store, blocks, domains, random);
            Reconciler reconciler = new Reconciler(cache, writer, reports, domains, lanes);
            IncrementalPlanner planner = new IncrementalPlanner(config.cluster());
            Publisher publisher =
                    new Publisher(config.cluster(), new StateFeeder(config.cluster(), cache, planner), planner, store);
            try (ControlWorker worker =
                            new ControlWorker(cache, changes, publisher, reconciler, reports, links, clock).start();
                    ControlServer server = new ControlServer(
                            new InetSocketAddress(config.grpcPort()),
                            config.cluster(),
                            identity::current,
                            store,
                            handlers);
                    HttpEndpoint _ = new HttpEndpoint(
                            config.httpPort(),
                            worker::published,
                            () -> ControlStatus.of(
                                    config.cluster().value(), worker.leading(), handlers, reports, clock.instant()))) {
                server.start();
                Leadership.compete(client, config, () -> {
                    LinkAddress.publish(client, config);
                    worker.lead();
                });
                new CountDownLatch(1).await();
            }
        }
    }

    private static List<Held> heldElsewhere(ResourceStore store, BridgeConfig config, String domain) {
        List<Held> held = new ArrayList<>();
        for (ResourceKey key : store.keys(ResourceKind.ATTACHMENT)) {
            if (key.domain().value().equals(domain) && !key.origin().equals(config.cluster())) {
                store.get(key)
                        .map(AttachmentResource.class::cast)
                        .ifPresent(a -> held.add(
                                new Held(a.addresses(), "pod " + a.namespace() + "/" + a.pod() + " in " + a.origin())));
            }
        }
        return held;
    }
}
