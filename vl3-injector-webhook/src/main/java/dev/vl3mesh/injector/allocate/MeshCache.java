package dev.vl3mesh.injector.allocate;

import dev.vl3mesh.api.v1alpha1.AddressBlock;
import dev.vl3mesh.api.v1alpha1.Attachment;
import dev.vl3mesh.api.v1alpha1.Domain;
import dev.vl3mesh.model.join.Labels;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What admission needs of Kubernetes, kept current by watches, so that it answers without asking.
public final class MeshCache implements MeshView, AutoCloseable {
    private static final String BY_IDENTITY = "identity";

    private final KubernetesClient client;
    private final SharedIndexInformer<Namespace> namespaces;
    private final SharedIndexInformer<Domain> domains;
    private final SharedIndexInformer<AddressBlock> blocks;
    private final SharedIndexInformer<Attachment> attachments;

    /// Hears of Attachments.
    public interface AttachmentListener {
        /// The object exists.
        void exists(Attachment attachment);

        /// The object is gone.
        void gone(Attachment attachment);
    }

    /// Starts watching.
    ///
    /// @param listener is called one event at a time; must return at once
    public MeshCache(KubernetesClient client, AttachmentListener listener) {
        this.client = client;
        namespaces = client.namespaces().inform();
        domains = client.resources(Domain.class).inform();
        blocks = client.resources(AddressBlock.class).inform();
        attachments = client.resources(Attachment.class)
                .runnableInformer(0)
                .addIndexers(Map.of(BY_IDENTITY, MeshCache::identity))
                .addEventHandler(new Events(listener));
        attachments.start();
    }

    private static List<String> identity(Attachment attachment) {
        String identity = attachment.getSpec().identity();
        return identity == null ? List.of() : List.of(identity);
    }

    private record Events(AttachmentListener listener) implements ResourceEventHandler<Attachment> {
        @Override
        public void onAdd(Attachment attachment) {
            listener.exists(attachment);
        }

        @Override
        public void onUpdate(Attachment before, Attachment after) {
            listener.exists(after);
        }

        @Override
        public void onDelete(Attachment attachment, boolean stateUnknown) {
            listener.gone(attachment);
        }
    }

    /// Whether every watch has brought everything at least once.
    public boolean synced() {
        return Stream.of(namespaces, domains, blocks, attachments).allMatch(SharedIndexInformer::hasSynced);
    }

    /// Whether each watch is open now, by the kind of objects.
    public Map<String, Boolean> watches() {
        Map<String, Boolean> open = new TreeMap<>();
        Stream.of(namespaces, domains, blocks, attachments)
                .forEach(informer -> open.put(
                        informer.getApiTypeClass().getSimpleName().toLowerCase(Locale.ROOT), informer.isWatching()));
        return open;
    }

    /// A namespace's labels, as far as the watch knows.
    public Map<String, String> labels(String namespace) {
        Namespace found = namespaces.getStore().getByKey(namespace);
        return found == null
                ? Map.of()
                : Objects.requireNonNullElse(found.getMetadata().getLabels(), Map.of());
    }

    /// The value of a namespace's domains label, as far as the watch knows; null where there is none.
    public @Nullable String domainsLabel(String namespace) {
        return label(namespaces.getStore().getByKey(namespace));
    }

    /// The same, asked of the API server now.
    public @Nullable String domainsLabelNow(String namespace) {
        return label(client.namespaces().withName(namespace).get());
    }

    private static @Nullable String label(@Nullable Namespace namespace) {
        return namespace == null || namespace.getMetadata().getLabels() == null
                ? null
                : namespace.getMetadata().getLabels().get(Labels.DOMAINS);
    }

    @Override
    public Optional<Domain> domain(String name) {
        return Optional.ofNullable(domains.getStore().getByKey(name));
    }

    @Override
    public List<String> domainNames() {
        return domains.getStore().list().stream()
                .map(domain -> domain.getMetadata().getName())
                .sorted()
                .toList();
    }

    @Override
    public List<Integer> blocks(String domain, String cluster) {
        return MeshView.numbers(blocks.getStore().list(), domain, cluster);
    }

    @Override
    public @Nullable Attachment attachment(String name) {
        return attachments.getStore().getByKey(name);
    }

    @Override
    public List<Attachment> ofIdentity(String identity) {
        return attachments.getIndexer().byIndex(BY_IDENTITY, identity);
    }

    @Override
    public void close() {
        Stream.of(namespaces, domains, blocks, attachments).forEach(SharedIndexInformer::close);
    }
}
