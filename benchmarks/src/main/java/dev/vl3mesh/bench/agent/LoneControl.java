package dev.vl3mesh.bench.agent;

import dev.vl3mesh.identity.CertificateIssuer;
import dev.vl3mesh.identity.Pem;
import dev.vl3mesh.identity.SpiffeId;
import dev.vl3mesh.identity.Svid;
import dev.vl3mesh.model.DomainName;
import dev.vl3mesh.model.KubeClusterName;
import dev.vl3mesh.model.NodeName;
import dev.vl3mesh.model.plan.MeshResource;
import dev.vl3mesh.model.plan.SnapshotDelta;
import dev.vl3mesh.xds.ResourceStore;
import dev.vl3mesh.xds.proto.v1.NodeReport;
import dev.vl3mesh.xds.server.ControlHandlers;
import dev.vl3mesh.xds.server.ControlServer;
import dev.vl3mesh.xds.server.MeshHandlers;
import dev.vl3mesh.xds.server.NoMeshes;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// The real server of a control plane on loopback, with a store that the benchmark fills instead of Kubernetes. It
/// enrols whoever asks.
final class LoneControl implements ControlHandlers, AutoCloseable {
    private static final Duration LIFETIME = Duration.ofHours(1);
    private static final String TRUST_DOMAIN = "east.test";

    /// The cluster that this control plane is of.
    static final KubeClusterName CLUSTER = new KubeClusterName("east");

    private final CertificateIssuer issuer =
            CertificateIssuer.newRoot(TRUST_DOMAIN, Instant.now(), LIFETIME, new SecureRandom());
    private final ResourceStore store = new ResourceStore();
    private final Map<NodeName, NodeReport> reports = new ConcurrentHashMap<>();
    private final ControlServer server;

    LoneControl() throws IOException {
        Svid svid = issuer.issue(SpiffeId.control(TRUST_DOMAIN), List.of(), Instant.now(), LIFETIME);
        Svid withRoot = new Svid(svid.key(), List.of(svid.chain().getFirst(), issuer.root()), svid.roots());
        server = new ControlServer(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                        CLUSTER,
                        () -> withRoot,
                        store,
                        this)
                .start();
    }

    /// What an agent has to be told to find this control plane and to be let in.
    ///
    /// @param folder for the files that it reads
    Map<String, String> settings(NodeName node, Path folder) throws IOException {
        Path roots = Files.writeString(folder.resolve("roots.pem"), Pem.certificates(List.of(issuer.root())));
        Path token = Files.writeString(folder.resolve("token"), node.value());
        return Map.of(
                "VL3_CLUSTER", CLUSTER.value(),
                "VL3_TRUST_DOMAIN", TRUST_DOMAIN,
                "VL3_CONTROL_ADDRESS", "127.0.0.1:" + server.port(),
                "VL3_ROOTS_FILE", roots.toString(),
                "VL3_TOKEN_FILE", token.toString());
    }

    /// Publishes what one cluster has; it is complete from the first call on.
    void publish(KubeClusterName origin, List<? extends MeshResource> resources) {
        store.apply(origin, new SnapshotDelta(List.copyOf(resources), Set.of()));
        store.complete(origin);
    }

    /// How many pods a node says are attached, without a problem.
    long attached(NodeName node) {
        NodeReport report = reports.get(node);
        return report == null
                ? 0
                : report.getAttachedList().stream()
                        .filter(pod -> pod.getProblem().isEmpty())
                        .count();
    }

    @Override
    public Signed enrol(String token, byte[] request) {
        return new Signed(
                List.of(issuer.sign(request, SpiffeId.node(TRUST_DOMAIN, token), List.of(), Instant.now(), LIFETIME)),
                List.of(issuer.root()),
                CLUSTER);
    }

    @Override
    public void report(NodeName node, NodeReport report) {
        reports.put(node, report);
    }

    @Override
    public Signed redeem(String invitation, byte[] secret, KubeClusterName cluster, byte[] request) {
        throw new Refusal("a benchmark has no members");
    }

    @Override
    public boolean mayTakePart(KubeClusterName cluster, DomainName domain) {
        return false;
    }

    @Override
    public void checkPublished(KubeClusterName cluster, List<MeshResource> resources) {
        throw new IllegalArgumentException("a benchmark has no members");
    }

    @Override
    public void linked(KubeClusterName cluster, boolean connected) {}

    @Override
    public int leaseBlock(KubeClusterName cluster, DomainName domain, String requestId) {
        throw new Refusal("a benchmark leases nothing");
    }

    @Override
    public Confirmation confirmBlock(KubeClusterName cluster, DomainName domain, int number, String requestId) {
        throw new Refusal("a benchmark leases nothing");
    }

    @Override
    public void confirmedAll(KubeClusterName cluster) {}

    @Override
    public void returnBlock(KubeClusterName cluster, DomainName domain, int number) {}

    @Override
    public Signed renew(SpiffeId member, byte[] request) {
        throw new Refusal("a benchmark has no members");
    }

    @Override
    public MeshHandlers meshes() {
        return new NoMeshes();
    }

    @Override
    public void leave(KubeClusterName cluster) {}

    @Override
    public void close() {
        server.close();
    }
}
