package dev.vl3mesh.bridge.watch;

import dev.vl3mesh.api.v1alpha1.AddressBlock;
import dev.vl3mesh.api.v1alpha1.Attachment;
import dev.vl3mesh.api.v1alpha1.Domain;
import dev.vl3mesh.api.v1alpha1.Invitation;
import dev.vl3mesh.api.v1alpha1.Link;
import dev.vl3mesh.model.address.IpPrefix;
import dev.vl3mesh.model.join.Labels;
import dev.vl3mesh.model.plan.ConfigName;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.Informable;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Everything of Kubernetes that the control plane looks at, kept current by watches, which also say what changed.
public final class ClusterCache implements ClusterView, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ClusterCache.class);
    private static final String SERVICE_NAME = "kubernetes.io/service-name"; // of EndpointSlices
    private static final String UID = "uid";
    private static final String CLAIM = "claim";
    private static final String DOMAIN = "domain";
    private static final String SERVICE = "service";

    private final Changes changes;
    private final SharedIndexInformer<Domain> domains;
    private final SharedIndexInformer<Attachment> attachments;
    private final SharedIndexInformer<AddressBlock> blocks;
    private final SharedIndexInformer<Link> links;
    private final SharedIndexInformer<Invitation> invitations;
    private final SharedIndexInformer<Pod> pods;
    private final SharedIndexInformer<Node> nodes;
    private final SharedIndexInformer<Service> services;
    private final SharedIndexInformer<EndpointSlice> slices;
    private final SharedIndexInformer<Namespace> namespaces;
    private final MeshConfigs configs;
    private volatile List<IpPrefix> serviceRanges = List.of();

    /// Starts watching.
    ///
    /// @param changes is told of each change
    public ClusterCache(KubernetesClient client, Changes changes) {
        this.changes = changes;
        domains = watch(client.resources(Domain.class), Map.of(), d -> changes.add(new Change.OfDomain(nameOf(d))));
        attachments = watch(
                client.resources(Attachment.class),
                Map.of(
                        UID,
                        a -> a.getStatus() == null || a.getStatus().podUid() == null
                                ? List.of()
                                : List.of(Objects.requireNonNull(a.getStatus().podUid())),
                        CLAIM,
                        a -> List.of(a.getSpec().claimHash())),
                a -> changes.add(new Change.OfAttachment(nameOf(a))));
        blocks = watch(
                client.resources(AddressBlock.class),
                Map.of(DOMAIN, b -> List.of(b.getSpec().domain())),
                b -> changes.add(new Change.OfBlocks(b.getSpec().domain())));
        links = watch(client.resources(Link.class), Map.of(), _ -> changes.wake());
        invitations = watch(client.resources(Invitation.class), Map.of(), _ -> changes.wake());
        pods = watch(
                client.pods().inAnyNamespace().withLabel(Labels.ATTACHED, "true"),
                Map.of(UID, p -> List.of(p.getMetadata().getUid()), CLAIM, p -> List.of(Claims.hashOf(p))),
                p -> changes.add(new Change.OfPod(p.getMetadata().getUid(), Claims.hashOf(p))));
        nodes = watch(client.nodes(), Map.of(), node -> changes.add(new Change.OfNode(nameOf(node))));
        services = watch(
                client.services().inAnyNamespace(),
                Map.of(),
                s -> changes.add(new Change.OfService(s.getMetadata().getNamespace(), nameOf(s))));
        slices = watch(
                client.discovery().v1().endpointSlices().inAnyNamespace(),
                Map.of(SERVICE, s -> List.of(serviceOf(s))),
                s -> changes.add(new Change.OfService(
                        s.getMetadata().getNamespace(),
                        serviceOf(s).substring(serviceOf(s).indexOf('/') + 1))));
        namespaces = watch(
                client.namespaces().withLabel(Labels.DOMAINS), Map.of(), _ -> changes.add(new Change.OfSurroundings()));
        configs = new MeshConfigs(client, changes);
    }

    private static <T extends HasMetadata> SharedIndexInformer<T> watch(
            Informable<T> source, Map<String, Function<T, List<String>>> indexes, Consumer<T> changed) {
        SharedIndexInformer<T> informer = source.runnableInformer(0);
        informer.addIndexers(indexes);
        informer.addEventHandler(new ResourceEventHandler<>() {
            @Override
            public void onAdd(T object) {
                changed.accept(object);
            }

            @Override
            public void onUpdate(T before, T after) {
                changed.accept(after);
            }

            @Override
            public void onDelete(T object, boolean stateUnknown) {
                changed.accept(object);
            }
        });
        informer.run();
        return informer;
    }

    private static String nameOf(HasMetadata object) {
        return object.getMetadata().getName();
    }

    private static String serviceOf(EndpointSlice slice) {
        Map<String, String> labels = slice.getMetadata().getLabels();
        return slice.getMetadata().getNamespace() + "/" + (labels == null ? "" : labels.getOrDefault(SERVICE_NAME, ""));
    }

    private Stream<SharedIndexInformer<?>> all() {
        return Stream.of(domains, attachments, blocks, links, invitations, pods, nodes, services, slices, namespaces);
    }

    /// Whether every watch has brought everything at least once.
    public boolean synced() {
        return all().allMatch(SharedIndexInformer::hasSynced) && configs.synced();
    }

    /// Whether each watch is open now, by the kind of objects.
    public Map<String, Boolean> watches() {
        Map<String, Boolean> open = new TreeMap<>();
        all().forEach(informer ->
                open.put(informer.getApiTypeClass().getSimpleName().toLowerCase(Locale.ROOT), informer.isWatching()));
        return open;
    }

    /// Asks for the ranges of services, which change about never.
    public void readServiceRanges(KubernetesClient client) {
        try {
            serviceRanges =
                    client.genericKubernetesResources("networking.k8s.io/v1", "ServiceCIDR").list().getItems().stream()
                            .flatMap(
                                    range -> Objects.requireNonNullElse(
                                            range.<List<String>>get("spec", "cidrs"), List.<String>of())
                                            .stream())
                            .map(IpPrefix::parse)
                            .toList();
            changes.add(new Change.OfSurroundings());
        } catch (KubernetesClientException e) {
            // before Kubernetes 1.33 there is no such resource: prefixes are then not compared with it
            LOG.info("the ranges of services are not known: {}", e.getMessage());
        }
    }

    /// Says of everything that it changed, so that all of it is looked at again.
    public void tellAll() {
        domains().forEach(d -> changes.add(new Change.OfDomain(nameOf(d))));
        nodes().forEach(n -> changes.add(new Change.OfNode(nameOf(n))));
        attachments().forEach(a -> changes.add(new Change.OfAttachment(nameOf(a))));
        blocks().forEach(b -> changes.add(new Change.OfBlocks(b.getSpec().domain())));
        services.getStore()
                .list()
                .forEach(s -> changes.add(new Change.OfService(s.getMetadata().getNamespace(), nameOf(s))));
        configs().forEach(name -> changes.add(new Change.OfConfig(name)));
        changes.add(new Change.OfSurroundings());
    }

    @Override
    public List<Domain> domains() {
        return domains.getStore().list();
    }

    /// A domain is somebody else's if it carries the home label.
    public static boolean isCopy(Domain domain) {
        return domain.getMetadata().getLabels() != null
                && domain.getMetadata().getLabels().containsKey(Labels.HOME);
    }

    @Override
    public Optional<Domain> domain(String name) {
        return Optional.ofNullable(domains.getStore().getByKey(name));
    }

    @Override
    public List<Attachment> attachments() {
        return attachments.getStore().list();
    }

    @Override
    public Optional<Attachment> attachment(String name) {
        return Optional.ofNullable(attachments.getStore().getByKey(name));
    }

    @Override
    public List<Attachment> attachmentsOfPod(String uid) {
        return attachments.getIndexer().byIndex(UID, uid);
    }

    @Override
    public List<Attachment> attachmentsOfClaim(String claimHash) {
        return attachments.getIndexer().byIndex(CLAIM, claimHash);
    }

    @Override
    public List<AddressBlock> blocks() {
        return blocks.getStore().list();
    }

    @Override
    public List<AddressBlock> blocksOf(String domain) {
        return blocks.getIndexer().byIndex(DOMAIN, domain);
    }

    /// All links.
    public List<Link> links() {
        return links.getStore().list();
    }

    /// The links to clusters that have joined this one.
    public List<Link> members() {
        return links().stream().filter(link -> !link.leadsHome()).toList();
    }

    /// The links to clusters that this one has joined.
    public List<Link> homes() {
        return links().stream().filter(Link::leadsHome).toList();
    }

    /// All invitations.
    public List<Invitation> invitations() {
        return invitations.getStore().list();
    }

    @Override
    public Optional<Pod> pod(String uid) {
        return pods.getIndexer().byIndex(UID, uid).stream().findFirst();
    }

    @Override
    public List<Pod> podsOfClaim(String claimHash) {
        return pods.getIndexer().byIndex(CLAIM, claimHash);
    }

    @Override
    public Optional<Pod> pod(String namespace, String name) {
        return Optional.ofNullable(pods.getStore().getByKey(namespace + "/" + name));
    }

    @Override
    public List<Node> nodes() {
        return nodes.getStore().list();
    }

    @Override
    public Optional<Node> node(String name) {
        return Optional.ofNullable(nodes.getStore().getByKey(name));
    }

    @Override
    public Optional<Service> service(String namespace, String name) {
        return Optional.ofNullable(services.getStore().getByKey(namespace + "/" + name));
    }

    @Override
    public List<EndpointSlice> slicesOf(String namespace, String service) {
        return slices.getIndexer().byIndex(SERVICE, namespace + "/" + service);
    }

    @Override
    public List<Namespace> namespaces() {
        return namespaces.getStore().list();
    }

    @Override
    public Optional<Namespace> namespace(String name) {
        return Optional.ofNullable(namespaces.getStore().getByKey(name));
    }

    @Override
    public List<ConfigName> configs() {
        return configs.names();
    }

    @Override
    public Optional<GenericKubernetesResource> config(ConfigName name) {
        return configs.get(name);
    }

    @Override
    public List<IpPrefix> serviceRanges() {
        return serviceRanges;
    }

    @Override
    public void close() {
        all().forEach(SharedIndexInformer::close);
        configs.close();
    }
}
