package dev.vl3mesh.bridge.serve;

import dev.vl3mesh.api.v1alpha1.Attachment;
import dev.vl3mesh.api.v1alpha1.AttachmentStatus;
import dev.vl3mesh.api.v1alpha1.Domain;
import dev.vl3mesh.bridge.link.HomeLink;
import dev.vl3mesh.bridge.serve.DomainIssuers.DomainIssuer;
import dev.vl3mesh.bridge.serve.TokenReviews.Bearer;
import dev.vl3mesh.bridge.watch.ClusterCache;
import dev.vl3mesh.bridge.watch.StateReader;
import dev.vl3mesh.identity.SpiffeId;
import dev.vl3mesh.model.DomainName;
import dev.vl3mesh.model.KubeClusterName;
import dev.vl3mesh.model.NodeName;
import dev.vl3mesh.model.join.Labels;
import dev.vl3mesh.model.plan.MeshResource;
import dev.vl3mesh.model.plan.MeshResource.AttachmentResource;
import dev.vl3mesh.model.plan.MeshResource.VerdictResource;
import dev.vl3mesh.model.plan.ResourceKey;
import dev.vl3mesh.model.plan.ResourceKind;
import dev.vl3mesh.model.plan.SnapshotDelta;
import dev.vl3mesh.xds.ResourceStore;
import dev.vl3mesh.xds.server.ControlHandlers.Refusal;
import dev.vl3mesh.xds.server.MeshHandlers;
import io.grpc.Status;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.function.Function;
import java.util.stream.Stream;

/// Decides who gets certificates and tokens of domains' meshes. For a domain that is at home here it signs; for
/// another one it asks the home, after it has made sure that the pod is what it says: a pod's own token never
/// leaves its cluster.
public final class MeshDesk implements MeshHandlers {
    /// What sidecars call for, as stock ones do.
    private static final String ISTIO_AUDIENCE = "istio-ca";

    private static final Duration INTERMEDIATE_LIFETIME = Duration.ofDays(90);
    private static final Duration RELAY_LIFETIME = Duration.ofHours(24);
    /// Twice as long as a home may be away without anybody missing it.
    private static final Duration TOKEN_LIFETIME = Duration.ofHours(2);

    private final KubeClusterName cluster;
    private final ClusterCache cache;
    private final ResourceStore store;
    private final TokenReviews reviews;
    private final DomainIssuers issuers;
    private final Function<String, Optional<HomeLink>> homes;
    private final BiPredicate<KubeClusterName, DomainName> mayTakePart;
    private final InstantSource clock;

    /// @param homes finds the link to a home by its name
    /// @param mayTakePart whether a member may take part in a domain
    MeshDesk(
            KubeClusterName cluster,
            ClusterCache cache,
            ResourceStore store,
            TokenReviews reviews,
            DomainIssuers issuers,
            Function<String, Optional<HomeLink>> homes,
            BiPredicate<KubeClusterName, DomainName> mayTakePart,
            InstantSource clock) {
        this.cluster = cluster;
        this.cache = cache;
        this.store = store;
        this.reviews = reviews;
        this.issuers = issuers;
        this.homes = homes;
        this.mayTakePart = mayTakePart;
        this.clock = clock;
    }

    @Override
    public MeshTrust certifyMesh(DomainName domain, byte[] request) {
        Domain known = meshed(domain);
        if (ClusterCache.isCopy(known)) {
            throw new Refusal("domain " + domain + " is not at home here");
        }
        DomainIssuer issuer = issuers.of(domain);
        X509Certificate intermediate =
                issuer.certificates().intermediate(request, domain + " mesh", clock.instant(), INTERMEDIATE_LIFETIME);
        return new MeshTrust(with(intermediate, issuer), issuer.tokens().keys());
    }

    @Override
    public void judge(DomainName domain, List<VerdictResource> verdicts) {
        if (ClusterCache.isCopy(meshed(domain))) {
            throw new Refusal("domain " + domain + " is not at home here");
        }
        Set<ResourceKey> gone = new HashSet<>();
        store.keys(ResourceKind.VERDICT).stream()
                .filter(key -> key.domain().equals(domain) && key.origin().equals(cluster))
                .forEach(gone::add);
        for (VerdictResource verdict : verdicts) {
            if (!verdict.domain().equals(domain) || !verdict.origin().equals(cluster)) {
                throw new Refusal("a verdict of " + verdict.origin() + " on domain " + verdict.domain()
                        + " is not the publisher's of domain " + domain);
            }
            gone.remove(verdict.key());
        }
        store.apply(
                cluster,
                new SnapshotDelta(
                        verdicts.stream().map(MeshResource.class::cast).toList(), gone));
    }

    @Override
    public List<X509Certificate> certifyRelay(NodeName node, DomainName domain, byte[] request) {
        Domain known = meshed(domain);
        if (attachments(domain, node).isEmpty()) {
            throw new Refusal("node " + node + " has no pod in domain " + domain);
        }
        return ClusterCache.isCopy(known) ? home(known).certifyRelay(domain, request) : signRelay(domain, request);
    }

    private List<X509Certificate> signRelay(DomainName domain, byte[] request) {
        DomainIssuer issuer = issuers.of(domain);
        SpiffeId id = new SpiffeId(DomainIssuers.trustDomain(domain), "/vl3mesh/relay");
        String name = "relay." + DomainIssuers.trustDomain(domain);
        return with(issuer.certificates().sign(request, id, List.of(name), clock.instant(), RELAY_LIFETIME), issuer);
    }

    /// A certificate and those above it, the root last.
    private static List<X509Certificate> with(X509Certificate signed, DomainIssuer issuer) {
        return Stream.concat(Stream.of(signed), issuer.chain().stream()).toList();
    }

    @Override
    public DomainToken exchange(NodeName node, DomainName domain, String token) {
        Domain known = meshed(domain);
        Bearer bearer = reviews.review(token, domain + ".vl3mesh.dev");
        String uid = bearer.podUid().orElseThrow(() -> new Refusal("the token is bound to no pod"));
        Attachment attachment = attachments(domain, node).stream()
                .filter(a -> uid.equals(status(a).podUid()))
                .findFirst()
                .orElseThrow(() -> new Refusal("the token is that of a pod of " + bearer.account()
                        + " that is not attached to domain " + domain + " on node " + node));
        String namespace = attachment.getSpec().namespace();
        String account = bearer.account().substring(bearer.account().lastIndexOf(':') + 1);
        if (!bearer.account().equals(subject(namespace, account))) {
            throw new Refusal("the token is " + bearer.account() + "'s, and its pod is in namespace " + namespace);
        }
        return ClusterCache.isCopy(known)
                ? home(known).sign(domain, namespace, account)
                : sign(domain, namespace, account);
    }

    private DomainToken sign(DomainName domain, String namespace, String account) {
        Instant now = clock.instant();
        return new DomainToken(
                issuers.of(domain).tokens().issue(subject(namespace, account), ISTIO_AUDIENCE, now, TOKEN_LIFETIME),
                now.plus(TOKEN_LIFETIME));
    }

    private static String subject(String namespace, String account) {
        return "system:serviceaccount:" + namespace + ":" + account;
    }

    @Override
    public List<X509Certificate> certifyRelayOf(KubeClusterName member, DomainName domain, byte[] request) {
        checkMember(member, domain);
        return signRelay(domain, request);
    }

    @Override
    public DomainToken signFor(KubeClusterName member, DomainName domain, String namespace, String serviceAccount) {
        checkMember(member, domain);
        boolean there = store.of(member).stream()
                .anyMatch(resource -> resource instanceof AttachmentResource attachment
                        && attachment.domain().equals(domain)
                        && attachment.namespace().equals(namespace)
                        && attachment.serviceAccount().equals(serviceAccount));
        if (!there) {
            throw new Refusal("cluster " + member + " has no pod of " + namespace + "/" + serviceAccount + " in domain "
                    + domain);
        }
        return sign(domain, namespace, serviceAccount);
    }

    private void checkMember(KubeClusterName member, DomainName domain) {
        if (ClusterCache.isCopy(meshed(domain)) || !mayTakePart.test(member, domain)) {
            throw new Refusal("cluster " + member + " may not take part in domain " + domain);
        }
    }

    private Domain meshed(DomainName domain) {
        return cache.domain(domain.value())
                .filter(known -> StateReader.istio(known).isPresent())
                .orElseThrow(() -> new Refusal("there is no domain " + domain + " with a mesh here"));
    }

    private HomeLink home(Domain copy) {
        String home = copy.getMetadata().getLabels().getOrDefault(Labels.HOME, "");
        return homes.apply(home)
                .orElseThrow(() -> Status.UNAVAILABLE
                        .withDescription("the link to " + home + ", the home of domain "
                                + copy.getMetadata().getName() + ", is not open")
                        .asRuntimeException());
    }

    private List<Attachment> attachments(DomainName domain, NodeName node) {
        return cache.attachments().stream()
                .filter(a -> a.getSpec().domain().equals(domain.value())
                        && a.getStatus() != null
                        && a.getStatus().releasedAt() == null
                        && node.value().equals(a.getStatus().node()))
                .toList();
    }

    private static AttachmentStatus status(Attachment attachment) {
        return Objects.requireNonNull(attachment.getStatus());
    }
}
