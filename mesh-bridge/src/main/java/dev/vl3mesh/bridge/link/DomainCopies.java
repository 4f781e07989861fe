package dev.vl3mesh.bridge.link;

import dev.vl3mesh.api.v1alpha1.AddressBlock;
import dev.vl3mesh.api.v1alpha1.Domain;
import dev.vl3mesh.api.v1alpha1.DomainSpec;
import dev.vl3mesh.api.v1alpha1.DomainStatus;
import dev.vl3mesh.api.v1alpha1.IstioCanary;
import dev.vl3mesh.api.v1alpha1.IstioSpec;
import dev.vl3mesh.api.v1alpha1.MeshSpec;
import dev.vl3mesh.bridge.reconcile.Blocks;
import dev.vl3mesh.bridge.reconcile.DomainReconciler;
import dev.vl3mesh.bridge.watch.ClusterCache;
import dev.vl3mesh.model.DomainName;
import dev.vl3mesh.model.KubeClusterName;
import dev.vl3mesh.model.join.Labels;
import dev.vl3mesh.model.plan.MeshResource.DomainResource;
import dev.vl3mesh.model.plan.MeshResource.IstioMesh;
import dev.vl3mesh.model.plan.ResourceKey;
import dev.vl3mesh.model.plan.ResourceKind;
import dev.vl3mesh.xds.ResourceStore;
import dev.vl3mesh.xds.proto.v1.ConfirmBlocksRequest;
import dev.vl3mesh.xds.proto.v1.ConfirmBlocksResponse;
import dev.vl3mesh.xds.proto.v1.HeldBlock;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.net.HttpURLConnection;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The read-only copies of a home's domains, and the blocks that this cluster has leased of them. What
/// people changed in a copy is put back. Used by one thread.
final class DomainCopies {
    private static final Logger LOG = LoggerFactory.getLogger(DomainCopies.class);

    private final KubeClusterName cluster;
    private final KubernetesClient client;
    private final ClusterCache cache;
    private final ResourceStore store;
    private final Blocks blocks;
    private final DomainReconciler domains;
    /// By home, the connection in which all blocks were confirmed.
    private final Map<KubeClusterName, Long> confirmed = new HashMap<>();

    DomainCopies(
            KubeClusterName cluster,
            KubernetesClient client,
            ClusterCache cache,
            ResourceStore store,
            Blocks blocks,
            DomainReconciler domains) {
        this.cluster = cluster;
        this.client = client;
        this.cache = cache;
        this.store = store;
        this.blocks = blocks;
        this.domains = domains;
    }

    /// Makes the copies what the home says.
    void copy(HomeLink link) {
        Map<String, DomainResource> wanted = new HashMap<>();
        domainsOf(link).forEach(domain -> wanted.put(domain.domain().value(), domain));
        wanted.values().forEach(resource -> quietly(() -> copy(link, resource)));
        if (store.hasTold(link.home())) {
            for (Domain domain : cache.domains()) {
                if (homeOf(domain).equals(link.home().value())
                        && !wanted.containsKey(domain.getMetadata().getName())) {
                    client.resource(domain).delete();
                }
            }
            giveBack(link, wanted.keySet());
        }
    }

    private static String homeOf(HasMetadata object) {
        Map<String, String> labels = object.getMetadata().getLabels();
        return labels == null ? "" : labels.getOrDefault(Labels.HOME, "");
    }

    private List<DomainResource> domainsOf(HomeLink link) {
        List<DomainResource> found = new ArrayList<>();
        for (ResourceKey key : store.keys(ResourceKind.DOMAIN)) {
            if (key.origin().equals(link.home())) {
                store.get(key).map(DomainResource.class::cast).ifPresent(found::add);
            }
        }
        return found;
    }

    /// Somebody else may write at the same time; the next pass sees what came of it.
    private static void quietly(Runnable write) {
        try {
            write.run();
        } catch (KubernetesClientException e) {
            if (e.getCode() != HttpURLConnection.HTTP_CONFLICT && e.getCode() != HttpURLConnection.HTTP_NOT_FOUND) {
                throw e;
            }
        }
    }

    private void copy(HomeLink link, DomainResource resource) {
        String name = resource.domain().value();
        @Nullable Domain old = cache.domain(name).orElse(null);
        if (old != null && !homeOf(old).equals(link.home().value())) {
            LOG.warn("domain {} of home {} is left out: this cluster has a domain of that name", name, link.home());
            return;
        }
        DomainSpec spec = new DomainSpec(
                resource.prefixes().stream().map(Object::toString).toList(),
                resource.carrier().word(),
                resource.mtu() == 0 ? null : resource.mtu(),
                List.of(),
                resource.istio()
                        .map(istio -> new MeshSpec(new IstioSpec(
                                istio.revision(),
                                istio.namespace(),
                                istio.proxyImage(),
                                istio.canary()
                                        .map(canary -> new IstioCanary(canary.revision(), canary.proxyImage()))
                                        .orElse(null))))
                        .orElse(null));
        Domain copy = new Domain();
        copy.setSpec(spec);
        if (old == null) {
            copy.setMetadata(new ObjectMetaBuilder()
                    .withName(name)
                    .withLabels(Map.of(Labels.HOME, link.home().value()))
                    .build());
            old = client.resource(copy).create();
        } else if (!isHead(old.getSpec().prefixes(), spec.prefixes())) {
            client.resource(old).delete(); // a new domain of the old name; the next pass copies it
            return;
        } else if (!old.getSpec().equals(spec)) {
            copy.setMetadata(old.getMetadata());
            old = client.resource(copy).update();
        }
        DomainStatus before = Objects.requireNonNullElse(old.getStatus(), DomainStatus.NONE);
        DomainStatus status = before.fromHome(
                link.home().value(),
                resource.vni(),
                resource.slot(),
                resource.istio()
                        .map(IstioMesh::root)
                        .filter(root -> !root.isEmpty())
                        .orElse(null));
        if (!status.equals(before)) {
            copy.setMetadata(old.getMetadata());
            copy.setStatus(status);
            client.resource(copy).updateStatus();
        }
    }

    private static boolean isHead(List<String> head, List<String> whole) {
        return head.size() <= whole.size() && whole.subList(0, head.size()).equals(head);
    }

    /// Says which blocks this cluster has, once for each connection: the home may have been restored from a
    /// backup that does not know of them.
    void confirm(HomeLink link) {
        long connection = link.connections();
        if (connection == confirmed.getOrDefault(link.home(), 0L)) {
            return;
        }
        ConfirmBlocksRequest.Builder held = ConfirmBlocksRequest.newBuilder();
        cache.blocks().stream()
                .filter(block -> homeOf(block).equals(link.home().value()))
                .forEach(block -> held.addBlocks(HeldBlock.newBuilder()
                        .setDomain(block.getSpec().domain())
                        .setNumber(block.getSpec().number())
                        .setRequestId(Blocks.requestOf(block))));
        ConfirmBlocksResponse answer = link.confirmBlocks(held.build());
        answer.getRefusedList().forEach(this::lost);
        confirmed.put(link.home(), connection);
        if (answer.getRestored()) {
            link.publishAgain();
        }
    }

    private void lost(HeldBlock lost) {
        String name = Blocks.nameOf(lost.getDomain(), lost.getNumber());
        if (domains.used(lost.getDomain(), lost.getNumber()) == 0) {
            LOG.warn("block {} was given to another cluster: it is dropped", name);
            quietly(() -> client.resources(AddressBlock.class).withName(name).delete());
        } else {
            LOG.error(
                    "block {} was given to another cluster and is in use here: delete its pods, so that they get"
                            + " other addresses",
                    name);
        }
    }

    /// Leases what is missing.
    ///
    /// @return why addresses could not be leased
    Optional<String> lease(HomeLink link) {
        for (DomainResource domain : domainsOf(link)) {
            String name = domain.domain().value();
            while (cache.domain(name).isPresent() && domains.tooLittle(name)) {
                String request = Blocks.nextRequest(cluster, blocks.of(name));
                try {
                    int number = link.leaseBlock(domain.domain(), request);
                    if (!blocks.create(domain.domain(), number, cluster, request, Optional.of(link.home()))) {
                        return Optional.empty(); // it is there already, and will be seen in a moment
                    }
                    blocks.problem(domain.domain(), "");
                } catch (StatusRuntimeException e) {
                    blocks.problem(domain.domain(), LinkReport.why(e));
                    return Optional.of(LinkReport.why(e));
                }
            }
        }
        return Optional.empty();
    }

    /// A domain that the home has no more: its blocks go back as soon as nobody holds an address of them.
    private void giveBack(HomeLink link, Set<String> wanted) {
        Set<AddressBlock> idle = cache.blocks().stream()
                .filter(block -> homeOf(block).equals(link.home().value())
                        && !wanted.contains(block.getSpec().domain())
                        && cache.domain(block.getSpec().domain()).isEmpty()
                        && domains.attachments(block.getSpec().domain()) == 0)
                .collect(Collectors.toSet());
        for (AddressBlock block : idle) {
            try {
                link.returnBlock(
                        new DomainName(block.getSpec().domain()),
                        block.getSpec().number());
            } catch (StatusRuntimeException e) {
                if (e.getStatus().getCode() != Status.Code.INVALID_ARGUMENT) { // the home does not know of the lease
                    LOG.warn("giving back {}: {}", block.getMetadata().getName(), LinkReport.why(e));
                    return;
                }
            }
            quietly(() -> client.resource(block).delete());
        }
    }
}
