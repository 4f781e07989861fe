package dev.vl3mesh.ctl.command;

import dev.vl3mesh.api.v1alpha1.Attachment;
import dev.vl3mesh.api.v1alpha1.AttachmentStatus;
import dev.vl3mesh.api.v1alpha1.Condition;
import dev.vl3mesh.ctl.cluster.ControlView;
import dev.vl3mesh.ctl.cluster.ControlView.NodeView;
import dev.vl3mesh.ctl.cluster.ControlView.PeerView;
import dev.vl3mesh.ctl.envoy.Application;
import dev.vl3mesh.model.DomainName;
import dev.vl3mesh.model.InterfaceName;
import dev.vl3mesh.model.join.Labels;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A pod's places in domains, and what its node sees of them.
///
/// @param node where it runs; absent before it is scheduled
/// @param annotation what admission wrote into the pod
/// @param places one for each Attachment that is the pod's
/// @param sidecars one for each of its domains with a mesh
/// @param nodeReportAgeMillis since the node's agent was heard; absent where it was not
/// @param problems sentences; empty where all is well
public record PodDescription(
        String pod,
        String phase,
        @Nullable String node,
        @Nullable String annotation,
        List<Place> places,
        List<Sidecar> sidecars,
        @Nullable Long nodeReportAgeMillis,
        List<String> problems) {
    /// The pod in one domain.
    ///
    /// @param networkInterface in the pod
    /// @param attachment the object's name
    /// @param conditions the Attachment's
    /// @param peers what the pod's node sees of other nodes in this domain
    public record Place(
            String domain,
            List<String> addresses,
            String networkInterface,
            String attachment,
            List<Condition> conditions,
            List<PeerView> peers) {}

    /// The pod in one domain's mesh.
    ///
    /// @param revision of the control plane that the sidecar asks for; empty where it is the one in force
    /// @param istiod the control plane, `<name>.<namespace>` in the domain's home
    /// @param envoy what its Envoy says
    public record Sidecar(
            String domain, boolean ready, String image, String revision, String istiod, SidecarEnvoy envoy) {}

    /// Describes.
    ///
    /// @param attachments all of the cluster
    /// @param control absent where the leader does not answer
    static PodDescription of(
            Pod pod, List<Attachment> attachments, List<Sidecar> sidecars, @Nullable ControlView control) {
        String uid = Objects.requireNonNullElse(pod.getMetadata().getUid(), "");
        @Nullable String node = pod.getSpec().getNodeName();
        @Nullable String annotation = PodReference.value(pod.getMetadata().getAnnotations(), Labels.ATTACHMENTS);
        @Nullable
        NodeView seen = node == null || control == null ? null : control.nodes().get(node);
        List<Place> places = attachments.stream()
                .filter(attachment -> belongs(attachment, uid))
                .sorted(Comparator.comparing(attachment -> attachment.getSpec().domain()))
                .map(attachment -> place(attachment, seen))
                .toList();
        List<String> problems = new ArrayList<>();
        if (annotation == null) {
            problems.add("it is in no domain: vl3ctl explain pod says why");
        } else if (places.isEmpty()) {
            problems.add("no Attachment is bound to it: the control plane has not seen it yet, or the annotation is not"
                    + " what admission wrote");
        }
        for (Place place : places) {
            place.conditions().stream()
                    .filter(condition -> condition.status().equals("False"))
                    .forEach(condition -> problems.add("domain " + place.domain() + ": " + condition.message()));
        }
        sidecars.stream()
                .filter(sidecar -> !sidecar.ready())
                .forEach(sidecar -> problems.add("its sidecar in the mesh of domain " + sidecar.domain()
                        + " is not ready: kubectl logs -c istio-proxy-" + sidecar.domain() + " says why"));
        sidecars.forEach(sidecar -> sidecar.envoy()
                .deafPorts()
                .forEach(port -> problems.add("domain " + sidecar.domain() + ": " + Application.remedy(port))));
        if (!places.isEmpty() && node != null && seen == null) {
            problems.add("node " + node + ": its agent has not reported");
        }
        return new PodDescription(
                pod.getMetadata().getNamespace() + "/" + pod.getMetadata().getName(),
                pod.getStatus() == null
                        ? "Unknown"
                        : Objects.requireNonNullElse(pod.getStatus().getPhase(), "Unknown"),
                node,
                annotation,
                places,
                sidecars,
                seen == null ? null : seen.ageMillis(),
                List.copyOf(problems));
    }

    /// Whether an attachment is that of the pod with this uid.
    static boolean belongs(Attachment attachment, String uid) {
        AttachmentStatus status = attachment.getStatus();
        return status != null && uid.equals(status.podUid());
    }

    private static Place place(Attachment attachment, @Nullable NodeView seen) {
        String domain = attachment.getSpec().domain();
        return new Place(
                domain,
                attachment.getSpec().addresses(),
                InterfaceName.of(new DomainName(domain)).value(),
                attachment.getMetadata().getName(),
                attachment.getStatus().conditions(),
                seen == null
                        ? List.of()
                        : seen.peers().stream()
                                .filter(peer -> peer.domain().equals(domain))
                                .toList());
    }
}
