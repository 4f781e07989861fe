package dev.vl3mesh.model.join;

import dev.vl3mesh.model.DomainName;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// The one mesh that something is written for, such as a VirtualService. Meshes of one namespace stay apart:
/// what would mean several of them is refused, since each has hosts and identities of its own. The rule, of
/// which a domain without a mesh is no part; first match wins:
///
/// | object's label | namespace's meshes | namespace's default | counts in |
/// | --- | --- | --- | --- |
/// | `none` | any | any | nothing |
/// | `red` | any | any | red |
/// | `red.green` | any | any | refused |
/// | absent | none | any | nothing |
/// | absent | red | any | red |
/// | absent | red, green | `red` | red |
/// | absent | red, green | another, or absent | refused |
public sealed interface ConfigSelection {
    /// It counts in this domain.
    record In(DomainName domain) implements ConfigSelection {}

    /// It is for no mesh.
    record Nowhere() implements ConfigSelection {}

    /// It counts nowhere, and whoever wrote it has to be told.
    ///
    /// @param domains that it could have meant; none where that can't be said
    /// @param reason and what to do, a sentence
    record Refused(List<DomainName> domains, String reason) implements ConfigSelection {}

    /// Applies the rule.
    ///
    /// @param objectLabel value of [Labels#DOMAINS] of the object; null where it is absent
    /// @param namespaceLabel the same, of its namespace
    /// @param namespaceDefault value of the namespace's label [Labels#CONFIG_DOMAIN]
    /// @param meshed whether there is such a domain, and it has a mesh
    static ConfigSelection of(
            @Nullable String objectLabel,
            @Nullable String namespaceLabel,
            @Nullable String namespaceDefault,
            Predicate<DomainName> meshed) {
        List<DomainName> here = joined(DomainSelection.of(null, namespaceLabel)).stream()
                .filter(meshed)
                .toList();
        if (objectLabel == null) {
            return inNamespace(here, namespaceDefault);
        }
        return switch (DomainSelection.of(objectLabel, null)) {
            case DomainSelection.JoinsNothing _ -> new Nowhere();
            case DomainSelection.Refused(String reason) -> new Refused(here, reason);
            case DomainSelection.Joins(List<DomainName> domains, String _) -> labelled(domains, meshed);
        };
    }

    private static List<DomainName> joined(DomainSelection selection) {
        return selection instanceof DomainSelection.Joins joins ? joins.domains() : List.of();
    }

    private static ConfigSelection labelled(List<DomainName> domains, Predicate<DomainName> meshed) {
        if (domains.size() > 1) {
            return new Refused(domains, "its label " + Labels.DOMAINS + " names several meshes: " + remedy());
        }
        DomainName domain = domains.getFirst();
        return meshed.test(domain)
                ? new In(domain)
                : new Refused(
                        domains,
                        "its label " + Labels.DOMAINS + " names " + domain
                                + ", and this cluster knows no domain of that name that has a mesh");
    }

    private static ConfigSelection inNamespace(List<DomainName> here, @Nullable String namespaceDefault) {
        if (here.isEmpty()) {
            return new Nowhere();
        }
        if (here.size() == 1) {
            return new In(here.getFirst());
        }
        String several = here.stream().map(DomainName::value).collect(Collectors.joining(" and "));
        if (namespaceDefault == null) {
            return new Refused(here, "its namespace is in the meshes of " + several + ": " + remedy());
        }
        Optional<DomainName> chosen = here.stream()
                .filter(domain -> domain.value().equals(namespaceDefault))
                .findFirst();
        return chosen.<ConfigSelection>map(In::new)
                .orElseGet(() -> new Refused(
                        here,
                        "its namespace's label " + Labels.CONFIG_DOMAIN + "=" + namespaceDefault
                                + " is none of its meshes, which are those of " + several));
    }

    private static String remedy() {
        return "write one object for each, with the label " + Labels.DOMAINS
                + " and the name of one domain, or say by the namespace's label " + Labels.CONFIG_DOMAIN
                + " which one is meant where nothing is said";
    }
}
