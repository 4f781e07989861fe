package dev.vl3mesh.injector.admission;

import dev.vl3mesh.injector.allocate.MeshCache;
import dev.vl3mesh.model.DomainName;
import dev.vl3mesh.model.join.DomainSelection;
import dev.vl3mesh.model.join.Labels;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.List;
import java.util.Objects;

/// Validating admission of pods: what will be stored is what admission wrote, whoever changed the pod after it, and
/// it
/// stays so.
public final class PodValidation {
    private final MeshCache cache;
    private final ClaimCheck claims;

    /// Checks against what the cache knows.
    public PodValidation(MeshCache cache, ClaimCheck claims) {
        this.cache = cache;
        this.claims = claims;
    }

    Verdict validate(Review<Pod> review) {
        Pod old = review.old();
        return old == null ? created(review) : updated(old, review.object());
    }

    private Verdict created(Review<Pod> review) {
        Pod pod = review.object();
        boolean marked = PodFacts.label(pod, Labels.ATTACHED) != null
                || PodFacts.annotation(pod, Labels.ATTACHMENTS) != null
                || PodFacts.annotation(pod, Labels.CLAIM) != null;
        return switch (PodAdmission.selection(cache, pod, review.namespace())) {
            case DomainSelection.Refused(String reason) -> new Verdict.Refused(reason);
            case DomainSelection.JoinsNothing(String reason) ->
                marked
                        ? new Verdict.Refused("the pod joins no domain (" + reason + "), but carries the label "
                                + Labels.ATTACHED + " or an annotation of an attached pod: remove them")
                        : Verdict.unchanged();
            case DomainSelection.Joins(List<DomainName> domains, String _) -> attached(review, domains);
        };
    }

    private Verdict attached(Review<Pod> review, List<DomainName> domains) {
        Pod pod = review.object();
        if (!"true".equals(PodFacts.label(pod, Labels.ATTACHED))) {
            return new Verdict.Refused("another webhook has taken the label " + Labels.ATTACHED
                    + " from the pod: let it leave labels of vl3mesh.dev alone");
        }
        if (pod.getSpec().getInitContainers() == null
                || pod.getSpec().getInitContainers().stream()
                        .noneMatch(container -> container.getName().equals(WaitGate.NAME))) {
            return new Verdict.Refused("another webhook has taken the init container " + WaitGate.NAME
                    + " from the pod: the application would start without its network");
        }
        ClaimCheck.Answer answer = claims.check(review, domains);
        return answer instanceof ClaimCheck.Forged(String reason) ? new Verdict.Refused(reason) : Verdict.unchanged();
    }

    private static Verdict updated(Pod old, Pod pod) {
        for (String key : List.of(Labels.ATTACHMENTS, Labels.CLAIM)) {
            if (!Objects.equals(PodFacts.annotation(old, key), PodFacts.annotation(pod, key))) {
                return new Verdict.Refused("annotation " + key
                        + " says what was given to the pod and can't be changed: make a new pod for another place");
            }
        }
        if (!Objects.equals(PodFacts.label(old, Labels.ATTACHED), PodFacts.label(pod, Labels.ATTACHED))) {
            return new Verdict.Refused("label " + Labels.ATTACHED + " is written by vl3mesh alone");
        }
        if (!Objects.equals(PodFacts.label(old, Labels.DOMAINS), PodFacts.label(pod, Labels.DOMAINS))) {
            return new Verdict.Admitted(
                    null,
                    List.of("label " + Labels.DOMAINS
                            + " is read when a pod is created: this pod stays where it is, delete it to move it"));
        }
        return Verdict.unchanged();
    }
}
