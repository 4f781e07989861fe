package dev.vl3mesh.bridge.reconcile;

import dev.vl3mesh.api.v1alpha1.AddressBlock;
import dev.vl3mesh.api.v1alpha1.Attachment;
import dev.vl3mesh.api.v1alpha1.Domain;
import dev.vl3mesh.bridge.watch.Change;
import dev.vl3mesh.bridge.watch.Claims;
import dev.vl3mesh.bridge.watch.ClusterView;
import dev.vl3mesh.model.address.IpPrefix;
import dev.vl3mesh.model.plan.ConfigName;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// An API server and a cache of it in memory. Writes go to the server, guarded by resource versions; the view
/// shows what was there at the last [#sync], which returns the changes as watches would tell them.
public final class MemoryCluster implements ClusterView, ClusterWriter {
    private MemoryState server = new MemoryState();
    private MemoryState seen = new MemoryState();
    private long version;
    private List<IpPrefix> serviceRanges = List.of();
    /// What was said, as `Kind name reason: note`.
    public final List<String> events = new ArrayList<>();

    private static String name(HasMetadata object) {
        return object.getMetadata().getName();
    }

    private ObjectMeta stored(HasMetadata object) {
        version++;
        ObjectMetaBuilder meta =
                new ObjectMetaBuilder(object.getMetadata()).withResourceVersion(Long.toString(version));
        if (object.getMetadata().getUid() == null) {
            meta.withUid("uid-" + version);
        }
        if (object.getMetadata().getGeneration() == null) {
            meta.withGeneration(1L);
        }
        return meta.build();
    }

    /// Stores a domain whatever is there; another spec counts as another generation.
    public void put(Domain domain) {
        Domain copy = new Domain();
        copy.setMetadata(stored(domain));
        Domain old = server.domains.get(name(domain));
        if (old != null) {
            copy.getMetadata().setUid(old.getMetadata().getUid());
            long generation = old.getMetadata().getGeneration();
            copy.getMetadata().setGeneration(old.getSpec().equals(domain.getSpec()) ? generation : generation + 1);
        }
        copy.setSpec(domain.getSpec());
        copy.setStatus(domain.getStatus() == null && old != null ? old.getStatus() : domain.getStatus());
        server.domains.put(name(domain), copy);
    }

    /// Stores an attachment; false where one of that name is there.
    public boolean create(Attachment attachment) {
        if (server.attachments.containsKey(name(attachment))) {
            return false;
        }
        Attachment copy = new Attachment();
        copy.setMetadata(stored(attachment));
        copy.setSpec(attachment.getSpec());
        copy.setStatus(attachment.getStatus());
        server.attachments.put(name(attachment), copy);
        return true;
    }

    /// Replaces an attachment's spec and status; false where it is not any more as it was read.
    public boolean replace(Attachment attachment) {
        Attachment now = server.attachments.get(name(attachment));
        if (now == null
                || !now.getMetadata()
                        .getResourceVersion()
                        .equals(attachment.getMetadata().getResourceVersion())) {
            return false;
        }
        Attachment copy = new Attachment();
        copy.setMetadata(stored(attachment));
        copy.setSpec(attachment.getSpec());
        copy.setStatus(attachment.getStatus());
        server.attachments.put(name(attachment), copy);
        return true;
    }

    /// Stores a pod whatever is there.
    public void put(Pod pod) {
        server.pods.put(pod.getMetadata().getUid(), pod);
    }

    /// Stores a node whatever is there.
    public void put(Node node) {
        server.nodes.put(name(node), node);
    }

    /// Stores a namespace whatever is there.
    public void put(Namespace namespace) {
        server.namespaces.put(name(namespace), namespace);
    }

    /// Says which ranges services have.
    public void serviceRanges(List<IpPrefix> ranges) {
        serviceRanges = ranges;
    }

    /// Removes a pod.
    public void removePod(String uid) {
        server.pods.remove(uid);
    }

    /// Removes a domain.
    public void removeDomain(String name) {
        server.domains.remove(name);
    }

    /// The server's attachments, without any delay.
    public List<Attachment> attachmentsNow() {
        return List.copyOf(server.attachments.values());
    }

    /// The server's domains, without any delay.
    public List<Domain> domainsNow() {
        return List.copyOf(server.domains.values());
    }

    /// The server's leases, without any delay.
    public List<AddressBlock> blocksNow() {
        return List.copyOf(server.blocks.values());
    }

    /// The server's pods, without any delay.
    public List<Pod> podsNow() {
        return List.copyOf(server.pods.values());
    }

    /// A domain, without any delay.
    public Domain domainNow(String name) {
        return Objects.requireNonNull(server.domains.get(name));
    }

    /// An attachment, without any delay.
    public Optional<Attachment> attachmentNow(String name) {
        return Optional.ofNullable(server.attachments.get(name));
    }

    /// Shows what is there now, and returns what is different from before.
    public List<Change> sync() {
        Set<Change> changes = new LinkedHashSet<>();
        MemoryState.different(seen.domains, server.domains).forEach(d -> changes.add(new Change.OfDomain(name(d))));
        MemoryState.different(seen.nodes, server.nodes).forEach(n -> changes.add(new Change.OfNode(name(n))));
        MemoryState.different(seen.attachments, server.attachments)
                .forEach(a -> changes.add(new Change.OfAttachment(name(a))));
        MemoryState.different(seen.blocks, server.blocks)
                .forEach(b -> changes.add(new Change.OfBlocks(b.getSpec().domain())));
        MemoryState.different(seen.pods, server.pods)
                .forEach(p -> changes.add(new Change.OfPod(p.getMetadata().getUid(), Claims.hashOf(p))));
        if (!MemoryState.different(seen.namespaces, server.namespaces).isEmpty()) {
            changes.add(new Change.OfSurroundings());
        }
        MemoryState.different(seen.configs, server.configs)
                .forEach(c -> changes.add(new Change.OfConfig(MemoryState.nameOf(c))));
        seen = server.copy();
        return new ArrayList<>(changes);
    }

    /// Everything as a list of changes, as after a leader's start.
    public List<Change> all() {
        seen = new MemoryState();
        return sync();
    }

    /// Keeps all objects, as a backup does.
    public Object backup() {
        return server.copy();
    }

    /// Puts a backup in place. Versions go on counting, as etcd's restore lets them.
    public void restore(Object backup) {
        server = ((MemoryState) backup).copy();
    }

    private static <T extends HasMetadata> T checked(T written, @Nullable T stored) {
        if (stored == null) {
            throw new StaleException(name(written) + " is gone");
        }
        if (!stored.getMetadata()
                .getResourceVersion()
                .equals(written.getMetadata().getResourceVersion())) {
            throw new StaleException(name(written) + " has changed");
        }
        return stored;
    }

    @Override
    public void updateStatus(Attachment attachment) {
        Attachment stored = checked(attachment, server.attachments.get(name(attachment)));
        Attachment copy = new Attachment();
        copy.setMetadata(stored(stored));
        copy.setSpec(stored.getSpec());
        copy.setStatus(attachment.getStatus());
        server.attachments.put(name(attachment), copy);
    }

    @Override
    public void updateStatus(Domain domain) {
        Domain stored = checked(domain, server.domains.get(name(domain)));
        Domain copy = new Domain();
        copy.setMetadata(stored(stored));
        copy.setSpec(stored.getSpec());
        copy.setStatus(domain.getStatus());
        server.domains.put(name(domain), copy);
    }

    @Override
    public void updateStatus(AddressBlock block) {
        AddressBlock stored = checked(block, server.blocks.get(name(block)));
        AddressBlock copy = new AddressBlock();
        copy.setMetadata(stored(stored));
        copy.setSpec(stored.getSpec());
        copy.setStatus(block.getStatus());
        server.blocks.put(name(block), copy);
    }

    @Override
    public void updateStatus(GenericKubernetesResource config) {
        put(config);
    }

    /// Stores something that is written for a mesh, whatever is there.
    public void put(GenericKubernetesResource config) {
        server.configs.put(MemoryState.nameOf(config), config);
    }

    @Override
    public void delete(Attachment attachment) {
        server.attachments.remove(name(checked(attachment, server.attachments.get(name(attachment)))));
    }

    @Override
    public Optional<AddressBlock> create(AddressBlock block) {
        AddressBlock stored = server.blocks.get(name(block));
        if (stored != null) {
            return Optional.of(stored);
        }
        AddressBlock copy = new AddressBlock();
        copy.setMetadata(stored(block));
        copy.setSpec(block.getSpec());
        server.blocks.put(name(block), copy);
        return Optional.empty();
    }

    @Override
    public void delete(AddressBlock block) {
        server.blocks.remove(name(block));
    }

    @Override
    public boolean heldByPod(Attachment attachment) {
        return server.pods.values().stream()
                .filter(AttachmentDecision::living)
                .anyMatch(pod -> (attachment.getStatus() != null
                                && pod.getMetadata()
                                        .getUid()
                                        .equals(attachment.getStatus().podUid()))
                        || Claims.shows(pod, attachment));
    }

    @Override
    public void event(HasMetadata regarding, boolean warning, String reason, String note) {
        events.add(regarding.getKind() + " " + name(regarding) + " " + reason + ": " + note);
    }

    @Override
    public List<Domain> domains() {
        return List.copyOf(seen.domains.values());
    }

    @Override
    public Optional<Domain> domain(String name) {
        return Optional.ofNullable(seen.domains.get(name));
    }

    @Override
    public List<Attachment> attachments() {
        return List.copyOf(seen.attachments.values());
    }

    @Override
    public Optional<Attachment> attachment(String name) {
        return Optional.ofNullable(seen.attachments.get(name));
    }

    @Override
    public List<Attachment> attachmentsOfPod(String uid) {
        return seen.attachments.values().stream()
                .filter(a -> a.getStatus() != null && uid.equals(a.getStatus().podUid()))
                .toList();
    }

    @Override
    public List<Attachment> attachmentsOfClaim(String claimHash) {
        return seen.attachments.values().stream()
                .filter(a -> a.getSpec().claimHash().equals(claimHash))
                .toList();
    }

    @Override
    public List<AddressBlock> blocks() {
        return List.copyOf(seen.blocks.values());
    }

    @Override
    public List<AddressBlock> blocksOf(String domain) {
        return seen.blocks.values().stream()
                .filter(b -> b.getSpec().domain().equals(domain))
                .toList();
    }

    @Override
    public Optional<Pod> pod(String uid) {
        return Optional.ofNullable(seen.pods.get(uid));
    }

    @Override
    public List<Pod> podsOfClaim(String claimHash) {
        return seen.pods.values().stream()
                .filter(p -> Claims.hashOf(p).equals(claimHash))
                .toList();
    }

    @Override
    public Optional<Pod> pod(String namespace, String name) {
        return seen.pods.values().stream()
                .filter(pod -> pod.getMetadata().getNamespace().equals(namespace)
                        && pod.getMetadata().getName().equals(name))
                .findFirst();
    }

    @Override
    public List<Node> nodes() {
        return List.copyOf(seen.nodes.values());
    }

    @Override
    public Optional<Node> node(String name) {
        return Optional.ofNullable(seen.nodes.get(name));
    }

    @Override
    public Optional<Service> service(String namespace, String name) {
        return Optional.empty();
    }

    @Override
    public List<EndpointSlice> slicesOf(String namespace, String service) {
        return List.of();
    }

    @Override
    public List<Namespace> namespaces() {
        return List.copyOf(seen.namespaces.values());
    }

    @Override
    public Optional<Namespace> namespace(String name) {
        return namespaces().stream().filter(one -> name(one).equals(name)).findFirst();
    }

    @Override
    public List<ConfigName> configs() {
        return List.copyOf(seen.configs.keySet());
    }

    @Override
    public Optional<GenericKubernetesResource> config(ConfigName name) {
        return Optional.ofNullable(seen.configs.get(name));
    }

    @Override
    public List<IpPrefix> serviceRanges() {
        return serviceRanges;
    }
}
