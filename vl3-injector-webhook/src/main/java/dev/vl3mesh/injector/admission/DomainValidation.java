package dev.vl3mesh.injector.admission;

import dev.vl3mesh.api.v1alpha1.Domain;
import dev.vl3mesh.api.v1alpha1.IstioCanary;
import dev.vl3mesh.api.v1alpha1.MeshSpec;
import dev.vl3mesh.model.address.IpPrefix;
import dev.vl3mesh.model.domain.DomainRules;
import dev.vl3mesh.model.join.Labels;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Validating admission of domains: the rules that need nothing but the object, so that a mistake is told
/// to whoever types it. What needs the cluster is judged by the controller, on the status.
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
        List<String> refusals = new ArrayList<>(DomainRules.refusals(
                new DomainRules.Written(
                        domain.getMetadata().getName(),
                        domain.getSpec().prefixes(),
                        domain.getSpec().carrier()),
                new DomainRules.Surroundings(inForce, List.of(), List.of(), List.of())));
        refusals.addAll(canary(domain));
        return refusals.isEmpty() ? Verdict.unchanged() : new Verdict.Refused(String.join("; ", refusals));
    }

    private static List<String> canary(Domain domain) {
        @Nullable MeshSpec mesh = domain.getSpec().mesh();
        @Nullable IstioCanary canary = mesh == null ? null : mesh.istio().canary();
        if (mesh == null
                || canary == null
                || !canary.revision()
                        .equals(mesh.istio().revisionOf(domain.getMetadata().getName()))) {
            return List.of();
        }
        return List.of("spec.mesh.istio.canary.revision: " + canary.revision()
                + " is the revision in force; give the canary another one");
    }
}
