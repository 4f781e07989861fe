package dev.vl3mesh.injector.allocate;

import dev.vl3mesh.api.v1alpha1.AddressBlock;
import dev.vl3mesh.api.v1alpha1.Attachment;
import dev.vl3mesh.api.v1alpha1.Domain;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The cluster as watches have told of it: a little late, and never asked for.
public interface MeshView {
    /// A domain that this cluster knows, its own or its home's copy.
    Optional<Domain> domain(String name);

    /// The names of all known domains.
    List<String> domainNames();

    /// The numbers of the blocks of a domain that a cluster has leased.
    List<Integer> blocks(String domain, String cluster);

    /// Of these blocks, the numbers of those of a domain that a cluster has leased.
    static List<Integer> numbers(Collection<AddressBlock> blocks, String domain, String cluster) {
        return blocks.stream()
                .map(AddressBlock::getSpec)
                .filter(spec -> spec.domain().equals(domain) && spec.cluster().equals(cluster))
                .map(spec -> spec.number())
                .toList();
    }

    /// The attachment of that name.
    @Nullable
    Attachment attachment(String name);

    /// The attachments that are kept for a pod whose name comes back.
    List<Attachment> ofIdentity(String identity);
}
