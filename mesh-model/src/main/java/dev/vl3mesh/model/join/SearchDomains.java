package dev.vl3mesh.model.join;

import dev.vl3mesh.model.DomainName;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The domains that a pod's short names are looked up in, before the cluster: what the pod's label
/// [Labels#SEARCH_DOMAINS] says, or else its namespace's; none where neither says anything, or `none`.
public final class SearchDomains {
    private SearchDomains() {}

    /// Applies the rule.
    ///
    /// @param podLabel null where it is absent
    /// @param namespaceLabel speaks for pods of several kinds: what it names and a pod is not in is left out
    /// @param joined the pod's domains
    ///
    /// @return in the order of asking
    ///
    /// @throws IllegalArgumentException with a sentence for the user, if the label that counts can't be read, or
    ///     the pod's names a domain that the pod is not in
    public static List<DomainName> of(
            @Nullable String podLabel, @Nullable String namespaceLabel, Collection<DomainName> joined) {
        return switch (DomainSelection.of(Labels.SEARCH_DOMAINS, podLabel, namespaceLabel)) {
            case DomainSelection.JoinsNothing _ -> List.of();
            case DomainSelection.Refused(String reason) -> throw new IllegalArgumentException(reason);
            case DomainSelection.Joins(List<DomainName> named, String reason) -> {
                if (podLabel != null && !joined.containsAll(named)) {
                    throw new IllegalArgumentException(
                            reason + " names a domain that the pod is not in: it is in " + joined);
                }
                yield named.stream().filter(joined::contains).toList();
            }
        };
    }
}
