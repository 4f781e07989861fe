package dev.vl3mesh.ctl.command;

import dev.vl3mesh.ctl.command.DomainsCommand.DomainView;
import dev.vl3mesh.model.DomainName;
import dev.vl3mesh.model.join.DomainSelection;
import dev.vl3mesh.model.join.Labels;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Why a pod is, or is not, in which domains: the rule is admission's own.
///
/// @param decision `joins`, `joins nothing` or `refused`
/// @param reason the rule's sentence
/// @param attached whether the pod, as it is, was attached; absent for a manifest
/// @param obstacles what is in the way of the decision, as sentences
public record PodExplanation(
        String pod,
        @Nullable String podLabel,
        @Nullable String namespaceLabel,
        String decision,
        List<String> domains,
        String reason,
        @Nullable Boolean attached,
        List<String> obstacles) {
    /// Whether the pod is, or would be, as its labels say.
    public boolean consistent() {
        return obstacles.isEmpty() && !decision.equals("refused");
    }

    /// Explains.
    ///
    /// @param known the cluster's domains
    /// @param webhooks whether the cluster has our webhook
    static PodExplanation of(
            Pod pod, String namespace, @Nullable String namespaceLabel, List<DomainView> known, boolean webhooks) {
        @Nullable String podLabel = PodReference.value(pod.getMetadata().getLabels(), Labels.DOMAINS);
        @Nullable String attachments = PodReference.value(pod.getMetadata().getAnnotations(), Labels.ATTACHMENTS);
        boolean exists = pod.getMetadata().getUid() != null;
        String name =
                namespace + "/" + Objects.requireNonNullElse(pod.getMetadata().getName(), "(to be named)");
        List<String> obstacles = new ArrayList<>();
        DomainSelection selection = DomainSelection.of(podLabel, namespaceLabel);
        List<String> domains = switch (selection) {
            case DomainSelection.Joins(List<DomainName> names, String _) -> {
                List<String> wanted = names.stream().map(DomainName::value).toList();
                joining(pod, wanted, known, webhooks, obstacles);
                if (exists && attachments == null) {
                    obstacles.add("it is not attached: it was made before the label, or while there was no webhook;"
                            + " delete it, so that it is made again");
                }
                yield wanted;
            }
            case DomainSelection.JoinsNothing _ -> {
                if (attachments != null) {
                    obstacles.add("it is attached nevertheless, as " + attachments + ": a label was changed after it"
                            + " was made; delete it, so that it is made again");
                }
                yield List.of();
            }
            case DomainSelection.Refused _ -> List.of();
        };
        return new PodExplanation(
                name,
                podLabel,
                namespaceLabel,
                decision(selection),
                domains,
                selection.reason(),
                exists ? attachments != null : null,
                List.copyOf(obstacles));
    }

    private static String decision(DomainSelection selection) {
        return switch (selection) {
            case DomainSelection.Joins _ -> "joins";
            case DomainSelection.JoinsNothing _ -> "joins nothing";
            case DomainSelection.Refused _ -> "refused";
        };
    }

    private static void joining(
            Pod pod, List<String> wanted, List<DomainView> known, boolean webhooks, List<String> obstacles) {
        Map<String, DomainView> byName =
                known.stream().collect(Collectors.toMap(DomainView::name, Function.identity()));
        for (String name : wanted) {
            DomainView domain = byName.get(name);
            if (domain == null) {
                obstacles.add("domain " + name + " is not known in this cluster; it knows "
                        + (known.isEmpty()
                                ? "none"
                                : String.join(
                                        ", ", byName.keySet().stream().sorted().toList()))
                        + ": write it at home, or join the cluster that is its home");
            } else if (!domain.ready().equals("True")) {
                obstacles.add("domain " + name + " is not ready: " + domain.message());
            } else if (domain.blocksHeld() == 0) {
                obstacles.add("this cluster has leased no addresses of domain " + name + " yet: see vl3ctl status");
            }
        }
        if (pod.getSpec() != null && Boolean.TRUE.equals(pod.getSpec().getHostNetwork())) {
            obstacles.add("it has hostNetwork: true, so it has the node's interfaces and can't have one of its own in a"
                    + " domain: label it " + Labels.DOMAINS + "=none, or take hostNetwork away");
        }
        if (!webhooks) {
            obstacles.add("the cluster has no MutatingWebhookConfiguration vl3-injector, so nothing attaches pods:"
                    + " install the chart");
        }
    }
}
