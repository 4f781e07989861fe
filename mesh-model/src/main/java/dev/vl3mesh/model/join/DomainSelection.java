package dev.vl3mesh.model.join;

import dev.vl3mesh.model.DomainName;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The domains that a pod joins, and the sentence that says why. The rule, first match wins:
///
/// | pod label | namespace label | joins |
/// | --- | --- | --- |
/// | `none` | anything | nothing |
/// | `red.green` | anything | red, green |
/// | absent | `none` or absent | nothing |
/// | absent | `red.green` | red, green |
public sealed interface DomainSelection {
    /// Why, in a sentence for the user.
    String reason();

    /// The pod joins these domains.
    ///
    /// @param domains one or more, in the order written, each once
    record Joins(List<DomainName> domains, String reason) implements DomainSelection {}

    /// The pod joins nothing.
    record JoinsNothing(String reason) implements DomainSelection {}

    /// The label can't be understood; such a pod must be refused, not left out.
    record Refused(String reason) implements DomainSelection {}

    /// Applies the rule to the values of the label [Labels#DOMAINS]; null where a label is absent.
    static DomainSelection of(@Nullable String podLabel, @Nullable String namespaceLabel) {
        return of(Labels.DOMAINS, podLabel, namespaceLabel);
    }

    /// Applies the rule to the values of another label that names domains; null where it is absent.
    static DomainSelection of(String label, @Nullable String podLabel, @Nullable String namespaceLabel) {
        if (podLabel != null) {
            return parse(podLabel, "the pod's label " + label + "=" + podLabel);
        }
        if (namespaceLabel != null) {
            return parse(namespaceLabel, "the namespace's label " + label + "=" + namespaceLabel);
        }
        return new JoinsNothing("neither the pod nor its namespace has the label " + label);
    }

    private static DomainSelection parse(String value, String source) {
        if (value.equals(DomainName.NONE)) {
            return new JoinsNothing(source + " opts out");
        }
        if (value.isEmpty()) {
            return new Refused(source + " is empty: write the names of domains separated by dots, or 'none'");
        }
        List<DomainName> domains = new ArrayList<>();
        for (String word : value.split("\\.", -1)) {
            try {
                DomainName domain = new DomainName(word);
                if (domains.contains(domain)) {
                    return new Refused(source + " names '" + word + "' twice");
                }
                domains.add(domain);
            } catch (IllegalArgumentException e) {
                return new Refused(source + " can't be read: " + e.getMessage());
            }
        }
        return new Joins(List.copyOf(domains), source);
    }
}
