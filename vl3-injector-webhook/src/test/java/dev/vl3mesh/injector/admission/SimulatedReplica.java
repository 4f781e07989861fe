package dev.vl3mesh.injector.admission;

import dev.vl3mesh.api.v1alpha1.AddressBlock;
import dev.vl3mesh.api.v1alpha1.Attachment;
import dev.vl3mesh.api.v1alpha1.Domain;
import dev.vl3mesh.bridge.reconcile.MemoryCluster;
import dev.vl3mesh.injector.allocate.AddressAllocator;
import dev.vl3mesh.injector.allocate.AttachmentApi;
import dev.vl3mesh.injector.allocate.MeshView;
import dev.vl3mesh.injector.allocate.Occupancies;
import dev.vl3mesh.model.KubeClusterName;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// One replica of the webhook: the real allocator and the real check of claims, on watches that are late.
final class SimulatedReplica implements MeshView, AddressAllocator.Waiting {
    private final MemoryCluster server;
    private final Faults faults;
    private final SimulatedTime time;
    private final Occupancies occupancies;
    private final AddressAllocator allocator;
    private final ClaimCheck claims;
    private final Map<String, Attachment> attachments = new TreeMap<>();
    private List<Domain> domains = List.of();
    private List<AddressBlock> blocks = List.of();

    SimulatedReplica(
            KubeClusterName cluster, MemoryCluster server, Faults faults, SimulatedTime time, RandomGenerator random) {
        this.server = server;
        this.faults = faults;
        this.time = time;
        this.occupancies = new Occupancies(random);
        occupancies.domains(this::domain);
        this.allocator = new AddressAllocator(cluster, new Server(), this, occupancies, this);
        this.claims = new ClaimCheck(new Server(), this);
        hear();
    }

    AddressAllocator allocator() {
        return allocator;
    }

    ClaimCheck claims() {
        return claims;
    }

    /// Its watches tell what is there now.
    @SuppressWarnings("ReferenceEquality") // what is stored is replaced, never changed
    void hear() {
        domains = List.copyOf(server.domainsNow());
        blocks = server.blocksNow();
        Map<String, Attachment> now = new TreeMap<>();
        server.attachmentsNow().forEach(a -> now.put(a.getMetadata().getName(), a));
        attachments.entrySet().removeIf(old -> {
            boolean gone = !now.containsKey(old.getKey());
            if (gone) {
                occupancies.gone(old.getValue());
            }
            return gone;
        });
        now.forEach((name, attachment) -> {
            if (attachments.put(name, attachment) != attachment) {
                occupancies.exists(attachment);
            }
        });
    }

    @Override
    public Optional<Domain> domain(String name) {
        return domains.stream()
                .filter(domain -> domain.getMetadata().getName().equals(name))
                .findFirst();
    }

    @Override
    public List<String> domainNames() {
        return domains.stream().map(domain -> domain.getMetadata().getName()).toList();
    }

    @Override
    public List<Integer> blocks(String domain, String cluster) {
        return MeshView.numbers(blocks, domain, cluster);
    }

    @Override
    public @Nullable Attachment attachment(String name) {
        return attachments.get(name);
    }

    @Override
    public List<Attachment> ofIdentity(String identity) {
        return attachments.values().stream()
                .filter(attachment -> identity.equals(attachment.getSpec().identity()))
                .toList();
    }

    @Override
    public long millis() {
        return time.now().toEpochMilli();
    }

    @Override
    public void pause() {
        time.pass(1);
        time.elsewhere();
        hear();
    }

    /// The same, asked of the server itself, and its writes.
    private final class Server implements AttachmentApi {
        @Override
        public @Nullable Domain domain(String name) {
            return faults.call(() -> server.domainsNow().stream()
                            .filter(domain -> domain.getMetadata().getName().equals(name))
                            .findFirst())
                    .orElse(null);
        }

        @Override
        public @Nullable Attachment attachment(String name) {
            return faults.call(() -> server.attachmentNow(name)).orElse(null);
        }

        @Override
        public boolean create(Attachment attachment) {
            attachment.setMetadata(new ObjectMetaBuilder(attachment.getMetadata())
                    .withCreationTimestamp(time.now().toString())
                    .build());
            return faults.call(() -> server.create(attachment));
        }

        @Override
        public Written replace(Attachment attachment) {
            return faults.call(() -> {
                if (server.replace(attachment)) {
                    return Written.STORED;
                }
                boolean there =
                        server.attachmentNow(attachment.getMetadata().getName()).isPresent();
                return there ? Written.CHANGED : Written.GONE;
            });
        }

        @Override
        public void delete(Attachment attachment) {
            faults.run(() ->
                    server.attachmentNow(attachment.getMetadata().getName()).ifPresent(server::delete));
        }
    }
}
