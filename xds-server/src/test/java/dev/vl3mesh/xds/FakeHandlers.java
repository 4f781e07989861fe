package dev.vl3mesh.xds;

import dev.vl3mesh.identity.CertificateIssuer;
import dev.vl3mesh.identity.SpiffeId;
import dev.vl3mesh.model.DomainName;
import dev.vl3mesh.model.KubeClusterName;
import dev.vl3mesh.model.NodeName;
import dev.vl3mesh.model.plan.MeshResource;
import dev.vl3mesh.xds.proto.v1.NodeReport;
import dev.vl3mesh.xds.server.ControlHandlers;
import dev.vl3mesh.xds.server.MeshHandlers;
import dev.vl3mesh.xds.server.NoMeshes;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// Grants enrolment for the token `node:<name>`, and one redemption of each invitation.
public final class FakeHandlers implements ControlHandlers {
    /// What nodes have reported last.
    public final Map<NodeName, NodeReport> reports = new ConcurrentHashMap<>();
    final Set<String> redeemed = ConcurrentHashMap.newKeySet();
    /// What becomes of blocks by number; of others nothing was lost.
    final Map<Integer, Confirmation> confirmations = new ConcurrentHashMap<>();
    final Set<KubeClusterName> confirmed = ConcurrentHashMap.newKeySet();
    final Set<DomainName> hidden = ConcurrentHashMap.newKeySet();
    private final CertificateIssuer issuer;
    private final String trustDomain;

    /// Signs by this issuer.
    public FakeHandlers(CertificateIssuer issuer, String trustDomain) {
        this.issuer = issuer;
        this.trustDomain = trustDomain;
    }

    private Signed sign(byte[] request, SpiffeId id) {
        return new Signed(
                List.of(issuer.sign(request, id, List.of(), Instant.now(), Duration.ofHours(1))),
                List.of(issuer.root()),
                new KubeClusterName("east"));
    }

    @Override
    public Signed enrol(String token, byte[] request) {
        if (!token.startsWith("node:")) {
            throw new Refusal("the token is not valid");
        }
        return sign(request, SpiffeId.node(trustDomain, token.substring(5)));
    }

    @Override
    public void report(NodeName node, NodeReport report) {
        reports.put(node, report);
    }

    @Override
    public Signed redeem(String invitation, byte[] secret, KubeClusterName cluster, byte[] request) {
        if (!redeemed.add(invitation)) {
            throw new Refusal("invitation " + invitation + " was redeemed before");
        }
        return sign(request, SpiffeId.cluster(trustDomain, cluster.value()));
    }

    @Override
    public boolean mayTakePart(KubeClusterName cluster, DomainName domain) {
        return !hidden.contains(domain);
    }

    @Override
    public void checkPublished(KubeClusterName cluster, List<MeshResource> resources) {}

    @Override
    public void linked(KubeClusterName cluster, boolean connected) {}

    @Override
    public int leaseBlock(KubeClusterName cluster, DomainName domain, String requestId) {
        return 7;
    }

    @Override
    public Confirmation confirmBlock(KubeClusterName cluster, DomainName domain, int number, String requestId) {
        return confirmations.getOrDefault(number, Confirmation.KNOWN);
    }

    @Override
    public void confirmedAll(KubeClusterName cluster) {
        confirmed.add(cluster);
    }

    @Override
    public void returnBlock(KubeClusterName cluster, DomainName domain, int number) {}

    @Override
    public Signed renew(SpiffeId member, byte[] request) {
        return sign(request, member);
    }

    @Override
    public MeshHandlers meshes() {
        return new NoMeshes();
    }

    @Override
    public void leave(KubeClusterName cluster) {}
}
