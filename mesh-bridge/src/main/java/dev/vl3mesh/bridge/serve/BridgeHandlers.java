package dev.vl3mesh.bridge.serve;

import dev.vl3mesh.api.v1alpha1.DomainSpec;
import dev.vl3mesh.api.v1alpha1.Invitation;
import dev.vl3mesh.api.v1alpha1.InvitationStatus;
import dev.vl3mesh.api.v1alpha1.Link;
import dev.vl3mesh.bridge.BridgeConfig;
import dev.vl3mesh.bridge.link.HomeLink;
import dev.vl3mesh.bridge.observe.NodeReports;
import dev.vl3mesh.bridge.reconcile.Blocks;
import dev.vl3mesh.bridge.reconcile.LeaseGate;
import dev.vl3mesh.bridge.serve.TokenReviews.Bearer;
import dev.vl3mesh.bridge.watch.ClusterCache;
import dev.vl3mesh.bridge.watch.StateReader;
import dev.vl3mesh.identity.Pem;
import dev.vl3mesh.identity.SpiffeId;
import dev.vl3mesh.model.DnsNames;
import dev.vl3mesh.model.DomainName;
import dev.vl3mesh.model.KubeClusterName;
import dev.vl3mesh.model.NodeName;
import dev.vl3mesh.model.address.AddressPlan;
import dev.vl3mesh.model.address.IpAddress;
import dev.vl3mesh.model.plan.MeshResource;
import dev.vl3mesh.model.plan.MeshResource.AttachmentResource;
import dev.vl3mesh.model.plan.MeshResource.DomainResource;
import dev.vl3mesh.model.plan.MeshResource.IstioMesh;
import dev.vl3mesh.model.plan.ResourceKey;
import dev.vl3mesh.model.plan.ResourceKind;
import dev.vl3mesh.xds.ResourceStore;
import dev.vl3mesh.xds.proto.v1.NodeReport;
import dev.vl3mesh.xds.server.ControlHandlers;
import dev.vl3mesh.xds.server.MeshHandlers;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What the control plane grants to agents and to other clusters.
public final class BridgeHandlers implements ControlHandlers {
    private static final Logger LOG = LoggerFactory.getLogger(BridgeHandlers.class);
    private static final String AUDIENCE = "vl3mesh.dev";
    /// KEP-4193: the node that a bound token's pod runs on.

    private final BridgeConfig config;
    private final KubernetesClient client;
    private final ClusterCache cache;
    private final ResourceStore store;
    private final Blocks blocks;
    private final LeaseGate gate;
    private final ControlIdentity identity;
    private final InstantSource clock;
    private final NodeReports reports;
    private final TokenReviews reviews;
    private final MeshDesk meshes;
    /// The number of open streams, by member.
    private final Map<KubeClusterName, Integer> linked = new ConcurrentHashMap<>();

    /// Makes the handlers of one control plane.
    ///
    /// @param issuers of the meshes that are at home here
    /// @param homes finds the link to a home by its name
    public BridgeHandlers(
            BridgeConfig config,
            KubernetesClient client,
            ClusterCache cache,
            ResourceStore store,
            Blocks blocks,
            LeaseGate gate,
            ControlIdentity identity,
            NodeReports reports,
            DomainIssuers issuers,
            Function<String, Optional<HomeLink>> homes,
            InstantSource clock) {
        this.config = config;
        this.client = client;
        this.cache = cache;
        this.store = store;
        this.blocks = blocks;
        this.gate = gate;
        this.identity = identity;
        this.reports = reports;
        this.clock = clock;
        this.reviews = new TokenReviews(client);
        this.meshes = new MeshDesk(config.cluster(), cache, store, reviews, issuers, homes, this::mayTakePart, clock);
    }

    /// The members whose streams are open.
    public Set<KubeClusterName> linked() {
        return Set.copyOf(linked.keySet());
    }

    private Signed sign(byte[] request, SpiffeId id) {
        return new Signed(
                List.of(identity.issuer().sign(request, id, List.of(), clock.instant(), ControlIdentity.LIFETIME)),
                List.of(identity.issuer().root()),
                config.cluster());
    }

    @Override
    public Signed enrol(String token, byte[] request) {
        if (config.workloadApi().isPresent()) {
            throw new Refusal("identities of cluster " + config.cluster() + " come from the Workload API: the agent"
                    + " has to be installed with the same identity.spire values");
        }
        Bearer bearer = reviews.review(token, AUDIENCE);
        Optional<String> mesh = meshOf(bearer.account());
        if (mesh.isPresent()) {
            LOG.info("the publisher of {}'s mesh enrols", mesh.get());
            return sign(request, SpiffeId.publisher(config.trustDomain(), mesh.get()));
        }
        String agent = "system:serviceaccount:" + config.namespace() + ":vl3-agent";
        if (!agent.equals(bearer.account())) {
            throw new Refusal("the token is " + bearer.account() + "'s, not " + agent
                    + "'s nor that of the control plane of a domain's mesh");
        }
        String node = bearer.node()
                .orElseThrow(() -> new Refusal(
                        "the token names no node: Kubernetes 1.32 or newer is needed, which binds tokens to nodes"));
        LOG.info("agent of node {} enrols", node);
        return sign(request, SpiffeId.node(config.trustDomain(), node));
    }

    /// The domain, at home here, of whose mesh a control plane has this service account.
    private Optional<String> meshOf(String account) {
        return cache.domains().stream()
                .filter(domain -> !ClusterCache.isCopy(domain))
                .filter(domain -> StateReader.istio(domain)
                        .filter(istio -> account.startsWith(prefix(istio))
                                && istio.isControlPlane(
                                        account.substring(prefix(istio).length())))
                        .isPresent())
                .map(domain -> domain.getMetadata().getName())
                .findFirst();
    }

    private static String prefix(IstioMesh istio) {
        return "system:serviceaccount:" + istio.namespace() + ":";
    }

    @Override
    public void report(NodeName node, NodeReport report) {
        reports.report(node, report, clock.instant());
    }

    @Override
    public Signed redeem(String name, byte[] secret, KubeClusterName cluster, byte[] request) {
        @Nullable
        Invitation invitation = DnsNames.isSubdomain(name)
                ? client.resources(Invitation.class).withName(name).get()
                : null;
        String hash = Pem.sha256(secret);
        if (invitation == null
                || !MessageDigest.isEqual(
                        hash.getBytes(StandardCharsets.US_ASCII),
                        invitation.getSpec().secretHash().getBytes(StandardCharsets.US_ASCII))) {
            throw new Refusal("there is no such invitation at " + config.cluster());
        }
        if (clock.instant().isAfter(Instant.parse(invitation.getSpec().expiresAt()))) {
            throw new Refusal(
                    "the invitation expired at " + invitation.getSpec().expiresAt() + ": ask for another");
        }
        if (invitation.getStatus() != null && invitation.getStatus().redeemedBy() != null) {
            throw new Refusal("the invitation was redeemed by cluster "
                    + invitation.getStatus().redeemedBy() + " before");
        }
        String only = invitation.getSpec().cluster();
        if (only != null && !only.equals(cluster.value())) {
            throw new Refusal("the invitation is for a cluster named " + only + ", not " + cluster);
        }
        if (cluster.equals(config.cluster())
                || client.resources(Link.class)
                                .withName(Link.nameToMember(cluster.value()))
                                .get()
                        != null) {
            throw new Refusal(
                    "a cluster named " + cluster + " is known here already: install with another cluster.name");
        }
        // first, so that a request that can't be signed uses nothing up
        Signed signed = sign(request, SpiffeId.cluster(config.trustDomain(), cluster.value()));
        useUp(invitation, cluster);
        writeMember(cluster, invitation.getSpec().domains());
        LOG.info("cluster {} joins by invitation {}", cluster, name);
        return signed;
    }

    /// Guarded by the resource version: of two that redeem at once, the API server lets one.
    private void useUp(Invitation invitation, KubeClusterName cluster) {
        invitation.setStatus(
                new InvitationStatus(cluster.value(), clock.instant().toString()));
        try {
            client.resource(invitation).updateStatus();
        } catch (KubernetesClientException e) {
            LOG.info("redeeming {}: {}", invitation.getMetadata().getName(), e.getMessage());
            throw new Refusal("the invitation is being redeemed by somebody else");
        }
    }

    private void writeMember(KubeClusterName cluster, List<String> domains) {
        client.resource(Link.toMember(cluster.value(), config.trustDomain(), domains))
                .create();
    }

    private Optional<Link> member(KubeClusterName cluster) {
        return cache.members().stream()
                .filter(link -> link.peer().equals(cluster.value()))
                .findFirst();
    }

    @Override
    public boolean mayTakePart(KubeClusterName cluster, DomainName domain) {
        boolean invited = member(cluster)
                .map(link -> link.getSpec().domains().isEmpty()
                        || link.getSpec().domains().contains(domain.value()))
                .orElse(false);
        return invited
                && cache.domain(domain.value())
                        .map(known -> !ClusterCache.isCopy(known) && isOpen(known.getSpec(), cluster))
                        .orElse(true);
    }

    private static boolean isOpen(DomainSpec domain, KubeClusterName cluster) {
        return domain.clusters().isEmpty() || domain.clusters().contains(cluster.value());
    }

    @Override
    public void checkPublished(KubeClusterName cluster, List<MeshResource> resources) {
        for (MeshResource resource : resources) {
            DomainName name = resource.key().domain();
            if (resource instanceof DomainResource) {
                throw new IllegalArgumentException("cluster " + cluster + " is not the home of domain " + name);
            }
            if (!mayTakePart(cluster, name)) {
                throw new IllegalArgumentException("cluster " + cluster + " may not take part in domain " + name);
            }
            if (resource instanceof AttachmentResource attachment) {
                checkLeased(cluster, attachment);
            }
        }
    }

    private void checkLeased(KubeClusterName cluster, AttachmentResource attachment) {
        DomainResource domain = domain(attachment.domain());
        AddressPlan plan = AddressPlan.of(domain.prefixes());
        Set<Integer> leased = new HashSet<>();
        cache.blocksOf(attachment.domain().value()).stream()
                .map(block -> block.getSpec())
                .filter(spec -> spec.cluster().equals(cluster.value()))
                .forEach(spec -> leased.add(spec.number()));
        int index = plan.indexOf(attachment.addresses().getFirst()).orElse(-1);
        List<IpAddress> expected = index < 0 ? List.of() : plan.addresses(index);
        if (!leased.contains(AddressPlan.blockOf(index)) || !expected.equals(attachment.addresses())) {
            throw new IllegalArgumentException(
                    attachment.addresses() + " are not addresses that cluster " + cluster + " has leased");
        }
    }

    private DomainResource domain(DomainName name) {
        return store.get(new ResourceKey(ResourceKind.DOMAIN, name, config.cluster(), name.value()))
                .map(DomainResource.class::cast)
                .orElseThrow(() -> new IllegalArgumentException(
                        "cluster " + config.cluster() + " is not the home of a domain " + name));
    }

    @Override
    public void linked(KubeClusterName cluster, boolean connected) {
        // a new stream may open before the old one has ended
        var _ = linked.merge(
                cluster, connected ? 1 : -1, (before, change) -> before + change == 0 ? null : before + change);
    }

    @Override
    public int leaseBlock(KubeClusterName cluster, DomainName domain, String requestId) {
        if (!mayTakePart(cluster, domain)) {
            throw new Refusal("cluster " + cluster + " may not take part in domain " + domain);
        }
        if (!gate.open(clock.instant())) {
            throw new Refusal(gate.reason());
        }
        return blocks.lease(domain(domain), cluster, requestId)
                .orElseThrow(() -> new Refusal("domain " + domain + " has no free block left: append a prefix to it"));
    }

    @Override
    public Confirmation confirmBlock(KubeClusterName cluster, DomainName domain, int number, String requestId) {
        if (!store.isComplete(config.cluster())) {
            throw new Refusal("the home has just started, and does not know its domains yet");
        }
        // of a domain that is gone, or closed to the cluster, there is nothing to keep
        return mayTakePart(cluster, domain) ? blocks.confirm(domain, number, cluster, requestId) : Confirmation.KNOWN;
    }

    @Override
    public void confirmedAll(KubeClusterName cluster) {
        gate.confirmed(cluster);
    }

    @Override
    public void returnBlock(KubeClusterName cluster, DomainName domain, int number) {
        blocks.release(cluster, domain, number);
    }

    @Override
    public Signed renew(SpiffeId member, byte[] request) {
        if (member(new KubeClusterName(member.lastSegment())).isEmpty()) {
            throw new Refusal("cluster " + member.lastSegment() + " is no member any more");
        }
        return sign(request, member);
    }

    @Override
    public MeshHandlers meshes() {
        return meshes;
    }

    @Override
    public void leave(KubeClusterName cluster) {
        LOG.info("cluster {} leaves", cluster);
        store.drop(cluster);
        blocks.releaseAll(cluster);
        client.resources(Link.class)
                .withName(Link.nameToMember(cluster.value()))
                .delete();
    }
}
