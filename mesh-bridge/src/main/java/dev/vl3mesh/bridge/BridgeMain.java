package dev.vl3mesh.bridge;

import dev.vl3mesh.bridge.link.HomeLinks;
import dev.vl3mesh.bridge.link.LinkAddress;
import dev.vl3mesh.bridge.publish.Publisher;
import dev.vl3mesh.bridge.reconcile.Blocks;
import dev.vl3mesh.bridge.reconcile.Reconciler;
import dev.vl3mesh.bridge.serve.BridgeHandlers;
import dev.vl3mesh.bridge.serve.ControlIdentity;
import dev.vl3mesh.bridge.serve.ControlStatus;
import dev.vl3mesh.bridge.serve.HttpEndpoint;
import dev.vl3mesh.bridge.watch.ClusterCache;
import dev.vl3mesh.xds.ResourceStore;
import dev.vl3mesh.xds.server.ControlServer;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;

/// The control plane of one cluster, `vl3-control`.
public final class BridgeMain {
    private BridgeMain() {}

    /// Runs until the process is told to end.
    public static void main(String[] args) throws IOException, InterruptedException {
        BridgeConfig config = BridgeConfig.of(System.getenv());
        InstantSource clock = InstantSource.system();
        SecureRandom random = new SecureRandom();
        Semaphore changes = new Semaphore(0);
        ResourceStore store = new ResourceStore();
        try (KubernetesClient client = new KubernetesClientBuilder().build();
                ClusterCache cache = new ClusterCache(client, changes::release)) {
            ControlIdentity identity = ControlIdentity.load(client, config, clock, random);
            Blocks blocks = new Blocks(client, cache);
            BridgeHandlers handlers = new BridgeHandlers(config, client, cache, store, blocks, identity, clock);
            HomeLinks links = new HomeLinks(config, client, cache, store, blocks, random);
            Reconciler reconciler = new Reconciler(config.cluster(), client, cache, blocks);
            Publisher publisher = new Publisher(config.cluster(), store);
            try (ControlWorker worker = new ControlWorker(
                                    config.cluster(), cache, changes, publisher, reconciler, links, clock)
                            .start();
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
                                    config.cluster().value(), worker.leading(), handlers, clock.instant()))) {
                server.start();
                Leadership.compete(client, config, () -> {
                    LinkAddress.publish(client, config);
                    worker.lead();
                });
                new CountDownLatch(1).await();
            }
        }
    }
}
