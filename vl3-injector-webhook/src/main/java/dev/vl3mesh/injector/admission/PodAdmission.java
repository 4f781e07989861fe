package dev.vl3mesh.injector.admission;

import dev.vl3mesh.api.v1alpha1.AttachmentsAnnotation;
import dev.vl3mesh.api.v1alpha1.Domain;
import dev.vl3mesh.api.v1alpha1.DomainStatus;
import dev.vl3mesh.api.v1alpha1.IstioCanary;
import dev.vl3mesh.api.v1alpha1.IstioSpec;
import dev.vl3mesh.identity.Pem;
import dev.vl3mesh.injector.InjectorConfig;
import dev.vl3mesh.injector.allocate.AddressAllocator;
import dev.vl3mesh.injector.allocate.AddressAllocator.Wish;
import dev.vl3mesh.injector.allocate.Allocation;
import dev.vl3mesh.injector.allocate.Allocation.Place;
import dev.vl3mesh.injector.allocate.AllocationException;
import dev.vl3mesh.injector.allocate.MeshCache;
import dev.vl3mesh.model.DomainName;
import dev.vl3mesh.model.address.AddressPlan;
import dev.vl3mesh.model.address.IpAddress;
import dev.vl3mesh.model.address.IpPrefix;
import dev.vl3mesh.model.join.DomainSelection;
import dev.vl3mesh.model.join.Labels;
import dev.vl3mesh.model.join.SearchDomains;
import io.fabric8.kubernetes.api.model.Pod;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/// Mutating admission of pods: which domains, which addresses, and what that changes in the pod.
public final class PodAdmission {
    private static final int CLAIM_BYTES = 16;

    private final MeshCache cache;
    private final AddressAllocator allocator;
    private final ClaimCheck claims;
    private final PatchPlanner planner;
    private final SecureRandom random;

    /// Decides by what the cache knows, and allocates through the allocator.
    public PodAdmission(
            InjectorConfig config,
            MeshCache cache,
            AddressAllocator allocator,
            ClaimCheck claims,
            SecureRandom random) {
        this.cache = cache;
        this.allocator = allocator;
        this.claims = claims;
        this.planner = new PatchPlanner(
                config.cluster(),
                new WaitGate(config.waitImage(), config.waitPullPolicy()),
                new PodDns(config.clusterDns(), config.dnsDomain()));
        this.random = random;
    }

    Verdict admit(Review<Pod> review) {
        Pod pod = review.object();
        pod.getMetadata().setNamespace(review.namespace());
        return switch (selection(cache, pod, review.namespace())) {
            case DomainSelection.Refused(String reason) -> new Verdict.Refused(reason);
            case DomainSelection.JoinsNothing _ -> Verdict.unchanged();
            case DomainSelection.Joins(List<DomainName> domains, String reason) -> join(review, domains, reason);
        };
    }

    /// By the namespace's label as the watch knows it, or as it is now where the watch says that there is
    /// none: the API server asks only about labelled pods, and may know of a label first.
    static DomainSelection selection(MeshCache cache, Pod pod, String namespace) {
        @Nullable String own = PodFacts.label(pod, Labels.DOMAINS);
        DomainSelection selection = DomainSelection.of(own, cache.domainsLabel(namespace));
        return selection instanceof DomainSelection.JoinsNothing && own == null
                ? DomainSelection.of(null, cache.domainsLabelNow(namespace))
                : selection;
    }

    private Verdict join(Review<Pod> review, List<DomainName> domains, String reason) {
        Pod pod = review.object();
        if (Boolean.TRUE.equals(pod.getSpec().getHostNetwork())) {
            return new Verdict.Refused("pod " + review.namespace() + "/" + PodFacts.name(pod)
                    + " has hostNetwork: true, so it has the node's interfaces and can't have one of its own in a domain: "
                    + reason + "; give the pod the label " + Labels.DOMAINS + "=none, or take hostNetwork away");
        }
        List<DomainName> searched;
        try {
            searched = SearchDomains.of(
                    PodFacts.label(pod, Labels.SEARCH_DOMAINS),
                    cache.labels(review.namespace()).get(Labels.SEARCH_DOMAINS),
                    domains);
        } catch (IllegalArgumentException e) {
            return new Verdict.Refused(String.valueOf(e.getMessage()));
        }
        if (PodFacts.annotation(pod, Labels.CLAIM) != null || PodFacts.annotation(pod, Labels.ATTACHMENTS) != null) {
            return again(review, domains, searched);
        }
        Optional<String> reserved = reservedContainer(pod);
        if (reserved.isPresent()) {
            return new Verdict.Refused(reserved.get());
        }
        String fresh = claim();
        try {
            SequencedMap<DomainName, SidecarTemplate> sidecars = sidecars(pod, review.namespace(), domains);
            Allocation allocation = allocator.allocate(new Wish(
                    review.namespace(),
                    PodFacts.name(pod),
                    PodFacts.identity(pod, review.namespace()),
                    domains,
                    Pem.sha256(fresh.getBytes(StandardCharsets.UTF_8)),
                    sidecars.keySet(),
                    review.dryRun()));
            String shown = review.dryRun()
                    ? ClaimCheck.ofDryRun(review, AttachmentsAnnotation.write(allocation.addresses()))
                    : fresh;
            return new Verdict.Admitted(planner.plan(pod, allocation, shown, sidecars, searched), List.of());
        } catch (AllocationException e) {
            return new Verdict.Refused(String.valueOf(e.getMessage()));
        }
    }

    /// The sidecars that a pod gets, by domain.
    private SequencedMap<DomainName, SidecarTemplate> sidecars(Pod pod, String namespace, List<DomainName> domains)
            throws AllocationException {
        SequencedMap<DomainName, SidecarTemplate> sidecars = new LinkedHashMap<>();
        for (DomainName name : domains) {
            Domain domain = cache.domain(name.value()).orElse(null);
            if (domain == null || domain.getSpec().mesh() == null || !PodFacts.wantsSidecar(pod)) {
                continue;
            }
            DomainStatus status = Objects.requireNonNullElse(domain.getStatus(), DomainStatus.NONE);
            Integer slot = status.slot();
            String root = status.meshRoot();
            if (slot == null || root == null) {
                throw new AllocationException("the mesh of domain '" + name + "' is not known here yet: create the pod"
                        + " again in a moment, or give it the label " + Labels.SIDECAR + "=false");
            }
            IstioSpec istio = domain.getSpec().mesh().istio();
            Optional<IstioCanary> canary = Optional.ofNullable(istio.canary())
                    .filter(other -> other.revision().equals(PodFacts.label(pod, Labels.REVISION)));
            sidecars.put(
                    name,
                    new SidecarTemplate(
                            name,
                            new SidecarTemplate.Mesh(
                                    slot,
                                    canary.map(IstioCanary::proxyImage).orElse(istio.proxyImage()),
                                    root,
                                    canary.map(IstioCanary::revision).orElse("")),
                            options(pod, namespace, canary.isPresent())));
        }
        Optional<String> user = ProxyUsers.refusal(pod);
        if (!sidecars.isEmpty() && user.isPresent()) {
            throw new AllocationException(user.get());
        }
        return sidecars;
    }

    /// @param ofDomain whether the pod's revision is one of the domain's, and so says nothing of its
    /// cluster's Istio
    private SidecarOptions options(Pod pod, String namespace, boolean ofDomain) throws AllocationException {
        try {
            return SidecarOptions.of(pod, PodFacts.hasLocalMesh(pod, cache.labels(namespace), ofDomain));
        } catch (IllegalArgumentException e) {
            throw new AllocationException(String.valueOf(e.getMessage()));
        }
    }

    private String claim() {
        byte[] bytes = new byte[CLAIM_BYTES];
        random.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    private static Optional<String> reservedContainer(Pod pod) {
        boolean taken = pod.getSpec().getInitContainers() != null
                && pod.getSpec().getInitContainers().stream()
                        .anyMatch(container -> container.getName().equals(WaitGate.NAME));
        return taken
                ? Optional.of("init container name " + WaitGate.NAME + " is vl3mesh's own: rename the container")
                : Optional.empty();
    }

    /// The API server asks once more after other webhooks (`reinvocationPolicy: IfNeeded`), or a user has
    /// copied or made up the annotations.
    private Verdict again(Review<Pod> review, List<DomainName> domains, List<DomainName> searched) {
        return switch (claims.check(review, domains)) {
            case ClaimCheck.Forged(String reason) -> new Verdict.Refused(reason);
            case ClaimCheck.Genuine(SequencedMap<DomainName, List<IpAddress>> addresses) -> {
                SequencedMap<DomainName, Place> places = new LinkedHashMap<>();
                addresses.forEach((domain, own) -> places.put(domain, new Place(own, gateway(domain))));
                String claim = Objects.requireNonNull(PodFacts.annotation(review.object(), Labels.CLAIM));
                try {
                    yield new Verdict.Admitted(
                            planner.plan(
                                    review.object(),
                                    new Allocation(places),
                                    claim,
                                    sidecars(review.object(), review.namespace(), domains),
                                    searched),
                            List.of());
                } catch (AllocationException e) {
                    yield new Verdict.Refused(String.valueOf(e.getMessage()));
                }
            }
        };
    }

    private List<IpAddress> gateway(DomainName domain) {
        return cache.domain(domain.value())
                .map(found -> AddressPlan.of(found.getSpec().prefixes().stream()
                                .map(IpPrefix::parse)
                                .toList())
                        .gateway())
                .orElse(List.of());
    }
}
