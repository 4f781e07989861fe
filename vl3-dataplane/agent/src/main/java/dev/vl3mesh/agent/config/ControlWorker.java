package dev.vl3mesh.agent.config;

import dev.vl3mesh.identity.SpiffeId;
import dev.vl3mesh.identity.Svid;
import dev.vl3mesh.model.plan.MeshResource;
import dev.vl3mesh.model.plan.ResourceKind;
import dev.vl3mesh.model.plan.SnapshotDelta;
import dev.vl3mesh.spire.WorkloadEndpoint;
import dev.vl3mesh.xds.client.AdsClient;
import dev.vl3mesh.xds.client.ControlChannel;
import dev.vl3mesh.xds.encode.ResourceCodec;
import dev.vl3mesh.xds.proto.v1.NodeReport;
import io.grpc.Channel;
import io.grpc.ManagedChannel;
import java.time.Instant;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Owns the thread that keeps this node known to its control plane: gets and renews its identity,
/// subscribes to its resources, and reports at each change and every ten seconds.
public final class ControlWorker {
    private static final Logger log = LoggerFactory.getLogger(ControlWorker.class);
    private static final long REPORT_MILLIS = 10_000;
    /// Changes that come close together go in one report.
    private static final long REPORT_PAUSE_MILLIS = 100;

    private final AgentConfig config;
    private final ResourceSink sink;
    private final Collection<MeshResource> restored;
    private final Supplier<NodeReport.Builder> reports;
    private final NodeIdentity identity;
    private final Thread thread;
    private final Semaphore changed = new Semaphore(0);
    private final AtomicLong reportsSent = new AtomicLong();
    private volatile boolean running = true;
    private volatile @Nullable AdsClient subscription;
    private volatile @Nullable ManagedChannel connection;
    private volatile long confirmedNanos;
    private volatile boolean confirmed;
    private volatile boolean complete;

    /// @param restored what is known from an earlier life, so that only changes are sent
    /// @param reports makes a whole report of now
    public ControlWorker(
            AgentConfig config,
            ResourceSink sink,
            Collection<MeshResource> restored,
            Supplier<NodeReport.Builder> reports) {
        this.config = config;
        this.sink = sink;
        this.restored = restored;
        this.reports = reports;
        this.identity = config.workloadApi().isPresent()
                ? new SpireIdentity(
                        WorkloadEndpoint.parse(config.workloadApi().get()),
                        SpiffeId.node(config.trustDomain(), config.node().value()))
                : new TokenIdentity(config, address());
        this.thread = Thread.ofPlatform().name("vl3-control").daemon().unstarted(this::run);
    }

    /// Starts the thread.
    public void start() {
        thread.start();
    }

    /// Ends the thread and its connections.
    public void stop() throws InterruptedException {
        running = false;
        thread.interrupt();
        thread.join();
        identity.close();
    }

    /// Asks for a report soon.
    public void reportSoon() {
        changed.release();
    }

    /// Whether the stream of resources is open.
    public boolean isConnected() {
        AdsClient client = subscription;
        return client != null && client.connected();
    }

    /// Milliseconds since the control plane last confirmed that what this node has is all there is: it takes a
    /// report while its stream of resources is open. -1 where it has not yet in this life.
    public long snapshotAgeMillis() {
        return confirmed ? TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - confirmedNanos) : -1;
    }

    /// When the present certificate ends; nothing where there is none yet.
    public Optional<Instant> certificateEnd() {
        return identity.present().map(Svid::end);
    }

    /// The channel to the control plane; nothing before this node has an identity.
    public Optional<Channel> channel() {
        return Optional.ofNullable(connection);
    }

    private void confirm() {
        if (isConnected() && complete) {
            confirmedNanos = System.nanoTime();
            confirmed = true;
        }
    }

    private ResourceSink watched(ResourceSink target) {
        return new ResourceSink() {
            @Override
            public void learn(SnapshotDelta delta) {
                target.learn(delta);
            }

            @Override
            public void complete() {
                complete = true;
                target.complete();
            }
        };
    }

    private void run() {
        try {
            identity.await();
            serve();
        } catch (InterruptedException e) {
            log.debug("control: stopped");
        }
    }

    private SpiffeId server() {
        return SpiffeId.control(config.trustDomain());
    }

    private String address() {
        return config.controlAddress().getHostString() + ":"
                + config.controlAddress().getPort();
    }

    private void serve() throws InterruptedException {
        ManagedChannel channel =
                ControlChannel.mutual(address(), () -> identity.present().orElseThrow(), server());
        connection = channel;
        AdsClient client =
                new AdsClient(channel, config.node().value(), new ControlFeed(config.cluster(), watched(sink)));
        versions().forEach(client::restore);
        client.start();
        subscription = client;
        try (client;
                ReportStream stream = new ReportStream(channel, this::reportSoon, this::confirm)) {
            while (running) {
                if (changed.tryAcquire(REPORT_MILLIS, TimeUnit.MILLISECONDS)) {
                    TimeUnit.MILLISECONDS.sleep(REPORT_PAUSE_MILLIS);
                    changed.drainPermits();
                }
                NodeReport report = reports.get()
                        .setNonce(Long.toString(reportsSent.incrementAndGet()))
                        .build();
                stream.send(report);
                identity.renewIfDue();
            }
        } finally {
            channel.shutdownNow();
        }
    }

    private Map<ResourceKind, Map<String, String>> versions() {
        Map<ResourceKind, Map<String, String>> versions = new EnumMap<>(ResourceKind.class);
        for (MeshResource resource : restored) {
            versions.computeIfAbsent(resource.key().kind(), _ -> new HashMap<>())
                    .put(resource.key().wireName(), ResourceCodec.version(ResourceCodec.encode(resource)));
        }
        return versions;
    }
}
