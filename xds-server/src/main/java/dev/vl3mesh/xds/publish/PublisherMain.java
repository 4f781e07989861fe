package dev.vl3mesh.xds.publish;

import dev.vl3mesh.identity.SpiffeId;
import dev.vl3mesh.xds.ResourceStore;
import dev.vl3mesh.xds.client.AdsClient;
import dev.vl3mesh.xds.client.ControlChannel;
import dev.vl3mesh.xds.mcp.McpServer;
import dev.vl3mesh.xds.stream.StoreFeeder;
import io.grpc.ManagedChannel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/// The publisher of one domain, `vl3-publisher`, a native sidecar of the domain's istiod.
public final class PublisherMain {
    private static final long TICK_MILLIS = 10_000;
    private static final long RETRY_MILLIS = 1_000;

    private PublisherMain() {}

    /// Runs until the process is told to end.
    public static void main(String[] args) throws IOException, InterruptedException {
        PublisherConfig config = PublisherConfig.of(System.getenv());
        PublisherIdentity identity = new PublisherIdentity(config);
        ResourceStore store = new ResourceStore();
        IssuerFiles issuer = new IssuerFiles(config.caFolder());
        InetSocketAddress mcp = new InetSocketAddress(InetAddress.getLoopbackAddress(), PublisherConfig.MCP_PORT);
        try (McpServer server = new McpServer(mcp)) {
            Publication publication =
                    new Publication(store, config.domain(), config.revision(), config.cluster(), server, issuer::roots);
            VerdictReports reports = new VerdictReports();
            try (PublisherHealth _ = new PublisherHealth(
                    PublisherConfig.HTTP_PORT,
                    () -> publication.published() && !issuer.keys().isEmpty(),
                    publication::complete,
                    issuer::keys)) {
                server.start();
                identity.await();
                ManagedChannel channel = ControlChannel.mutual(
                        config.controlAddress(), identity::current, SpiffeId.control(config.trustDomain()));
                try (AdsClient client =
                        new AdsClient(channel, "publisher-" + config.domain(), new StoreFeeder(store, _ -> true))) {
                    client.start();
                    while (!Thread.currentThread().isInterrupted()) {
                        identity.renewIfDue();
                        issuer.renewIfDue(channel);
                        if (publication.complete() && publication.inForce()) {
                            reports.tellIfDue(channel, publication.verdicts());
                        }
                        publication.work(issuer.keys().isEmpty() ? RETRY_MILLIS : TICK_MILLIS);
                    }
                } finally {
                    channel.shutdownNow();
                }
            }
        }
    }
}
