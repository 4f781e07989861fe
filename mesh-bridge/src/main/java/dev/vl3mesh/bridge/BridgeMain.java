package dev.vl3mesh.bridge;

import dev.vl3mesh.bridge.link.HomeLinks;
import dev.vl3mesh.bridge.link.LinkAddress;
import dev.vl3mesh.bridge.metrics.ClusterMetrics;
import dev.vl3mesh.bridge.metrics.ControlMetrics;
import dev.vl3mesh.bridge.observe.NodeReports;
import dev.vl3mesh.bridge.publish.ConfigMapLedger;
import dev.vl3mesh.bridge.publish.Publisher;
import dev.vl3mesh.bridge.publish.ServiceAddresses;
import dev.vl3mesh.bridge.publish.Verdicts;
import dev.vl3mesh.bridge.reconcile.ApiWriter;
import dev.vl3mesh.bridge.reconcile.Blocks;
import dev.vl3mesh.bridge.reconcile.ConfigConditions;
import dev.vl3mesh.bridge.reconcile.DomainReconciler;
import dev.vl3mesh.bridge.reconcile.LeaseGate;
import dev.vl3mesh.bridge.reconcile.Reconciler;
import dev.vl3mesh.bridge.serve.BridgeHandlers;
import dev.vl3mesh.bridge.serve.ControlStatus;
import dev.vl3mesh.bridge.serve.DomainIssuers;
import dev.vl3mesh.bridge.serve.Doors;
import dev.vl3mesh.bridge.serve.HttpEndpoint;
import dev.vl3mesh.bridge.serve.Identities;
import dev.vl3mesh.bridge.watch.Changes;
import dev.vl3mesh.bridge.watch.ClusterCache;
import dev.vl3mesh.bridge.watch.StateFeeder;
import dev.vl3mesh.metrics.Durations;
import dev.vl3mesh.metrics.Metrics;
import dev.vl3mesh.model.DomainName;
import dev.vl3mesh.model.KubeClusterName;
import dev.vl3mesh.model.NodeName;
import dev.vl3mesh.model.domain.DomainRules.Held;
import dev.vl3mesh.model.plan.IncrementalPlanner;
import dev.vl3mesh.model.plan.MeshResource.AttachmentResource;
import dev.vl3mesh.model.plan.ResourceKey;
import dev.vl3mesh.model.plan.ResourceKind;
import dev.vl3mesh.xds.ResourceStore;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;

/// The control plane of one cluster, `vl3-control`.
public final class BridgeMain {
    /// How long closing may take when the process is told to end; a pod has 30 s until it is killed.
    private static final Duration ENDING = Duration.ofSeconds(15);

    private BridgeMain() {}

    /// Runs until the process is told to end. Then it stops writing, gives the lease back, ends its streams,
    /// and lets go of the rest.
    public static void main(String[] args) throws IOException, InterruptedException {
        BridgeConfig config = BridgeConfig.of(System.getenv());
        InstantSource clock = InstantSource.system();
        SecureRandom random = new SecureRandom();
        Changes changes = new Changes();
        ResourceStore store = new ResourceStore(config.cluster());
        NodeReports reports = new NodeReports(changes, clock.instant());
        try (KubernetesClient client = new KubernetesClientBuilder().build();
                WriteLanes lanes = new WriteLanes();
                ApiWriter writer = new ApiWriter(client, clock, config.pod());
                ClusterCache cache = new ClusterCache(client, changes);
                Identities identities = Identities.load(client, config, clock, random)) {
            cache.readServiceRanges(client);
            Blocks blocks = new Blocks(cache, writer);
            LeaseGate gate = new LeaseGate(() -> members(cache));
            DomainIssuers issuers = new DomainIssuers(client, config.namespace(), clock, random);
            DomainReconciler domains = domains(config, cache, writer, blocks, gate, reports, store, issuers);
            HomeLinks links = new HomeLinks(config, client, cache, store, blocks, domains, random);
            BridgeHandlers handlers =
                    handlers(config, client, cache, store, blocks, gate, identities, reports, issuers, links, clock);
            Verdicts verdicts = new Verdicts(config.cluster(), store, changes);
            ConfigConditions conditions = new ConfigConditions(config.cluster(), cache, writer, verdicts::find);
            Reconciler reconciler = new Reconciler(cache, writer, reports, domains, conditions, lanes);
            Publisher publisher = publisher(config, cache, reports, store);
            ServiceAddresses services = new ServiceAddresses(
                    config.cluster(), cache, store, changes, new ConfigMapLedger(client, config.namespace()));
            Metrics metrics = new Metrics();
            ClusterMetrics.add(metrics, cache, cache::links, clock);
            try (ControlWorker worker = new ControlWorker(
                                    cache,
                                    changes,
                                    services,
                                    publisher,
                                    reconciler,
                                    reports,
                                    links,
                                    passes(metrics),
                                    clock)
                            .start();
                    Doors doors = new Doors(
                            new Doors.Ports(config.grpcPort(), config.linkPort()),
                            config.cluster(),
                            identities.builtIn()::current,
                            identities.given(),
                            store,
                            handlers);
                    HttpEndpoint _ = new HttpEndpoint(
                            config.httpPort(),
                            worker::published,
                            () -> ControlStatus.of(
                                    config.cluster().value(), worker.leading(), handlers, reports, clock.instant()),
                            metrics::scrape)) {
                ControlMetrics.add(
                        metrics,
                        new Replica(worker, changes, cache, identities, clock),
                        reports,
                        doors::streams,
                        new ControlMetrics.Writes(reconciler::conflicts, reconciler::failures));
                doors.start();
                CountDownLatch told = untilToldToEnd();
                Runnable lead = lead(client, config, gate, worker, clock);
                try (Leadership _ = Leadership.compete(client, config, lead, worker::close)) {
                    told.await();
                }
            }
        }
    }

    private static Publisher publisher(
            BridgeConfig config, ClusterCache cache, NodeReports reports, ResourceStore store) {
        IncrementalPlanner planner = new IncrementalPlanner(config.cluster());
        return new Publisher(
                config.cluster(), new StateFeeder(config.cluster(), cache, reports::tunnels, planner), planner, store);
    }

    private static BridgeHandlers handlers(
            BridgeConfig config,
            KubernetesClient client,
            ClusterCache cache,
            ResourceStore store,
            Blocks blocks,
            LeaseGate gate,
            Identities identities,
            NodeReports reports,
            DomainIssuers issuers,
            HomeLinks links,
            InstantSource clock) {
        return new BridgeHandlers(
                config, client, cache, store, blocks, gate, identities.builtIn(), reports, issuers, links::to, clock);
    }

    private static Runnable lead(
            KubernetesClient client, BridgeConfig config, LeaseGate gate, ControlWorker worker, InstantSource clock) {
        return () -> {
            LinkAddress.publish(client, config);
            gate.leads(clock.instant());
            worker.lead();
        };
    }

    private static DomainReconciler domains(
            BridgeConfig config,
            ClusterCache cache,
            ApiWriter writer,
            Blocks blocks,
            LeaseGate gate,
            NodeReports reports,
            ResourceStore store,
            DomainIssuers issuers) {
        return new DomainReconciler(
                config.cluster(),
                cache,
                writer,
                blocks,
                gate,
                reports,
                name -> heldElsewhere(store, config, name),
                name -> issuers.root(new DomainName(name)));
    }

    /// Counts down when a signal comes; the process then ends as soon as the calling thread does.
    private static CountDownLatch untilToldToEnd() {
        CountDownLatch told = new CountDownLatch(1);
        Thread caller = Thread.currentThread();
        Runtime.getRuntime()
                .addShutdownHook(new Thread(
                        () -> {
                            told.countDown();
                            try {
                                var _ = caller.join(ENDING);
                            } catch (InterruptedException e) {
                                Thread.currentThread().interrupt();
                            }
                        },
                        "end"));
        return told;
    }

    private static Durations passes(Metrics metrics) {
        return metrics.durations(
                "vl3_pass_duration_seconds",
                "Time to plan, publish and, if the replica leads, write what follows from what changed.",
                List.of("outcome"),
                Duration.ofMillis(1),
                Duration.ofMillis(10),
                Duration.ofMillis(100),
                Duration.ofSeconds(1),
                Duration.ofSeconds(10));
    }

    private record Replica(
            ControlWorker worker, Changes changes, ClusterCache cache, Identities identities, InstantSource clock)
            implements ControlMetrics.Replica {
        @Override
        public boolean leading() {
            return worker.leading();
        }

        @Override
        public Instant passedAt() {
            return worker.publishedAt();
        }

        @Override
        public int changesWaiting() {
            return changes.waiting();
        }

        @Override
        public Map<String, Boolean> watches() {
            return cache.watches();
        }

        @Override
        public Set<NodeName> nodes() {
            return cache.nodes().stream()
                    .map(node -> new NodeName(node.getMetadata().getName()))
                    .collect(Collectors.toSet());
        }

        @Override
        public Map<String, Instant> certificateEnds() {
            return identities.ends();
        }

        @Override
        public Instant now() {
            return clock.instant();
        }
    }

    private static List<KubeClusterName> members(ClusterCache cache) {
        return cache.members().stream()
                .map(link -> new KubeClusterName(link.peer()))
                .toList();
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
