package dev.vl3mesh.injector.admission;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vl3mesh.api.v1alpha1.AttachmentsAnnotation;
import dev.vl3mesh.injector.allocate.Allocation;
import dev.vl3mesh.injector.allocate.Allocation.Place;
import dev.vl3mesh.model.DomainName;
import dev.vl3mesh.model.InterfaceName;
import dev.vl3mesh.model.KubeClusterName;
import dev.vl3mesh.model.address.IpAddress;
import dev.vl3mesh.model.join.Labels;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/// What has to be changed in a pod for its allocation, as a JSON patch (RFC 6902). The same pod and
/// allocation give the same patch, and a patched pod gives none.
final class PatchPlanner {
    private static final String DEFAULT_CONTAINER = "kubectl.kubernetes.io/default-container";
    private static final ObjectMapper JSON = new ObjectMapper();

    private final KubeClusterName cluster;
    private final WaitGate gate;
    private final PodDns dns;

    PatchPlanner(KubeClusterName cluster, WaitGate gate, PodDns dns) {
        this.cluster = cluster;
        this.gate = gate;
        this.dns = dns;
    }

    /// Plans.
    ///
    /// @param claim in clear
    /// @param sidecars by domain
    /// @param searched the domains that short names are looked up in, before the cluster
    ArrayNode plan(
            Pod pod,
            Allocation allocation,
            String claim,
            SequencedMap<DomainName, SidecarTemplate> sidecars,
            List<DomainName> searched) {
        ArrayNode patch = JSON.createArrayNode();
        SequencedMap<String, String> annotations = new LinkedHashMap<>();
        annotations.put(Labels.ATTACHMENTS, AttachmentsAnnotation.write(allocation.addresses()));
        annotations.put(Labels.CLAIM, claim);
        if (PodFacts.annotation(pod, DEFAULT_CONTAINER) == null) {
            // so that nobody who types kubectl exec is asked about a container that isn't his
            annotations.put(
                    DEFAULT_CONTAINER, pod.getSpec().getContainers().getFirst().getName());
        }
        sidecars.forEach((domain, sidecar) -> annotations.putAll(sidecar.annotations(others(allocation, domain))));
        put(patch, "/metadata/annotations", pod.getMetadata().getAnnotations(), annotations);
        SequencedMap<String, String> labels = new LinkedHashMap<>();
        labels.put(Labels.ATTACHED, "true");
        if (!sidecars.isEmpty()) {
            labels.put(
                    Labels.WORKLOAD,
                    PodFacts.workload(
                            pod, first(allocation, sidecars.firstEntry().getKey())));
            labels.put(Labels.LOCALITY, PodFacts.firstLabel(pod, cluster.value(), Labels.LOCALITY));
            labels.putAll(PodOwner.canonicalLabels(pod));
        }
        put(patch, "/metadata/labels", pod.getMetadata().getLabels(), labels);
        initContainers(patch, pod, allocation);
        sidecars.reversed().forEach((domain, sidecar) -> sidecar(patch, pod, place(allocation, domain), sidecar));
        dns.plan(pod, allocation, searched).ifPresent(change -> {
            add(patch, "/spec/dnsPolicy").put("value", "None");
            add(patch, "/spec/dnsConfig").set("value", JSON.valueToTree(change));
        });
        return patch;
    }

    /// An entry can only be added to a map that is there.
    private static void put(
            ArrayNode patch, String map, @Nullable Map<String, String> present, SequencedMap<String, String> wanted) {
        if (present == null || present.isEmpty()) {
            add(patch, map).set("value", JSON.valueToTree(wanted));
            return;
        }
        wanted.forEach((key, value) -> {
            if (!value.equals(present.get(key))) {
                add(patch, map + "/" + key.replace("~", "~0").replace("/", "~1"))
                        .put("value", value);
            }
        });
    }

    /// First among the init containers, also where another webhook has put its own before it since.
    private void initContainers(ArrayNode patch, Pod pod, Allocation allocation) {
        List<Container> present = Objects.requireNonNullElse(pod.getSpec().getInitContainers(), List.of());
        Container wanted = gate.container(pod, allocation);
        int at = -1;
        for (int i = 0; i < present.size(); i++) {
            if (present.get(i).getName().equals(WaitGate.NAME)) {
                at = i;
            }
        }
        if (at == 0 && WaitGate.same(present.getFirst(), wanted)) {
            return;
        }
        if (at >= 0) {
            patch.addObject().put("op", "remove").put("path", "/spec/initContainers/" + at);
        }
        // a list that was emptied by the patch is still there
        if (present.isEmpty()) {
            add(patch, "/spec/initContainers").putArray("value").add(JSON.<ObjectNode>valueToTree(wanted));
        } else {
            add(patch, "/spec/initContainers/0").set("value", JSON.valueToTree(wanted));
        }
    }

    /// Behind the gate, before all others: init containers may need the mesh.
    private static void sidecar(ArrayNode patch, Pod pod, Place place, SidecarTemplate sidecar) {
        boolean there = Objects.requireNonNullElse(pod.getSpec().getInitContainers(), List.<Container>of()).stream()
                .anyMatch(container -> container.getName().equals(sidecar.name()));
        if (there) {
            return;
        }
        add(patch, "/spec/initContainers/1").set("value", JSON.valueToTree(sidecar.container(pod, place)));
        ArrayNode volumes = JSON.valueToTree(sidecar.volumes());
        if (pod.getSpec().getVolumes() == null || pod.getSpec().getVolumes().isEmpty()) {
            // a second sidecar finds the list that the first one has made
            pod.getSpec().setVolumes(sidecar.volumes());
            add(patch, "/spec/volumes").set("value", volumes);
        } else {
            volumes.forEach(volume -> add(patch, "/spec/volumes/-").set("value", volume));
        }
    }

    private static IpAddress first(Allocation allocation, DomainName domain) {
        return place(allocation, domain).addresses().getFirst();
    }

    private static Place place(Allocation allocation, DomainName domain) {
        return Objects.requireNonNull(allocation.places().get(domain), domain.value());
    }

    /// The pod's interfaces that are not of a domain.
    private static List<String> others(Allocation allocation, DomainName domain) {
        List<String> others = new ArrayList<>(List.of("eth0"));
        allocation.places().keySet().stream()
                .filter(other -> !other.equals(domain))
                .map(other -> InterfaceName.of(other).value())
                .forEach(others::add);
        return others;
    }

    private static ObjectNode add(ArrayNode patch, String path) {
        return patch.addObject().put("op", "add").put("path", path);
    }
}
