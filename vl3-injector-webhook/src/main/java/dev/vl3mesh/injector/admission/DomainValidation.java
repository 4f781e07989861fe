package dev.vl3mesh.injector.admission;

import dev.vl3mesh.api.v1alpha1.Domain;
import dev.vl3mesh.model.address.IpPrefix;
import dev.vl3mesh.model.domain.DomainRules;
import dev.vl3mesh.model.join.Labels;
import java.util.List;

/// Validating admission of domains: the rules that need nothing but the object, so that a mistake is told to whoever
/// types it. What needs the cluster is judged by the controller, on the status.
public final class DomainValidation {
    /// Makes the validation; it knows no state.
    public DomainValidation() {}

    Verdict validate(Review<Domain> review) {
        Domain domain = review.object();
        if (domain.getMetadata().getLabels() != null
                && domain.getMetadata().getLabels().containsKey(Labels.HOME)) {
            return Verdict.unchanged(); // a copy: its home has judged it
        }
        if (domain.getMetadata().getDeletionTimestamp() != null) {
            return Verdict.unchanged();
        }
        List<IpPrefix> inForce = review.old() == null
                ? List.of()
                : review.old().getSpec().prefixes().stream()
                        .map(IpPrefix::parse)
                        .toList();
        List<String> refusals = DomainRules.refusals(
                new DomainRules.Written(
                        domain.getMetadata().getName(),
                        domain.getSpec().prefixes(),
                        domain.getSpec().carrier()),
                new DomainRules.Surroundings(inForce, List.of(), List.of(), List.of()));
        return refusals.isEmpty() ? Verdict.unchanged() : new Verdict.Refused(String.join("; ", refusals));
    }
}
