package dev.vl3mesh.injector.admission;

import dev.vl3mesh.injector.allocate.Allocation;
import dev.vl3mesh.model.InterfaceName;
import dev.vl3mesh.model.address.IpAddress;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.fabric8.kubernetes.api.model.ResourceRequirementsBuilder;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The first init container: it ends when the pod has its interfaces, so that the application starts with its
/// network.
/// It needs no right at all, and Pod Security `restricted` admits it.
final class WaitGate {
    /// Its name; users can't have a container of this name in an attached pod.
    static final String NAME = "vl3-wait";

    private static final String EXPECTATIONS = "VL3_WAIT";
    private static final long USER = 65_532;
    private static final Quantity CPU_REQUEST = new Quantity("10m");
    private static final Quantity CPU_GUARANTEED = new Quantity("200m");
    private static final Quantity MEMORY_REQUEST = new Quantity("24Mi");
    private static final Quantity MEMORY_LIMIT = new Quantity("64Mi");

    private final String image;
    private final String pullPolicy;

    WaitGate(String image, String pullPolicy) {
        this.image = image;
        this.pullPolicy = pullPolicy;
    }

    Container container(Pod pod, Allocation allocation) {
        return new ContainerBuilder()
                .withName(NAME)
                .withImage(image)
                .withImagePullPolicy(pullPolicy)
                .addNewEnv()
                .withName(EXPECTATIONS)
                .withValue(expectations(allocation))
                .endEnv()
                .withResources(resources(pod))
                .withNewSecurityContext()
                .withRunAsNonRoot(true)
                .withRunAsUser(USER)
                .withRunAsGroup(USER)
                .withAllowPrivilegeEscalation(false)
                .withReadOnlyRootFilesystem(true)
                .withNewCapabilities()
                .addToDrop("ALL")
                .endCapabilities()
                .withNewSeccompProfile()
                .withType("RuntimeDefault")
                .endSeccompProfile()
                .endSecurityContext()
                .build();
    }

    /// Whether a container is the gate of the same pod; the API server has filled in defaults since.
    static boolean same(Container present, Container wanted) {
        return present.getName().equals(wanted.getName())
                && Objects.equals(present.getImage(), wanted.getImage())
                && Objects.equals(present.getEnv(), wanted.getEnv())
                && present.getCommand().isEmpty()
                && present.getArgs().isEmpty();
    }

    private static String expectations(Allocation allocation) {
        return allocation.places().entrySet().stream()
                .map(entry -> InterfaceName.of(entry.getKey()) + "="
                        + entry.getValue().addresses().stream()
                                .map(IpAddress::toString)
                                .collect(Collectors.joining(",")))
                .collect(Collectors.joining(";"));
    }

    /// The pod keeps its quality-of-service class: limits equal requests where all its containers do so, and a pod
    /// without any stays without.
    private static ResourceRequirements resources(Pod pod) {
        List<Container> containers = Stream.concat(
                        pod.getSpec().getContainers().stream(),
                        Objects.requireNonNullElse(pod.getSpec().getInitContainers(), List.<Container>of()).stream())
                .filter(container -> !container.getName().equals(NAME))
                .toList();
        if (containers.stream().allMatch(WaitGate::bestEffort)) {
            return new ResourceRequirements();
        }
        if (containers.stream().allMatch(WaitGate::guaranteed)) {
            Map<String, Quantity> amounts = Map.of("cpu", CPU_GUARANTEED, "memory", MEMORY_LIMIT);
            return new ResourceRequirementsBuilder()
                    .withRequests(amounts)
                    .withLimits(amounts)
                    .build();
        }
        return new ResourceRequirementsBuilder()
                .withRequests(Map.of("cpu", CPU_REQUEST, "memory", MEMORY_REQUEST))
                .withLimits(Map.of("memory", MEMORY_LIMIT))
                .build();
    }

    private static boolean bestEffort(Container container) {
        ResourceRequirements resources = container.getResources();
        return resources == null || (empty(resources.getRequests()) && empty(resources.getLimits()));
    }

    private static boolean guaranteed(Container container) {
        ResourceRequirements resources = container.getResources();
        if (resources == null || empty(resources.getLimits())) {
            return false;
        }
        Map<String, Quantity> limits = resources.getLimits();
        Map<String, Quantity> requests = Objects.requireNonNullElse(resources.getRequests(), Map.of());
        return Stream.of("cpu", "memory")
                .allMatch(kind -> limits.containsKey(kind)
                        && (!requests.containsKey(kind) || Objects.equals(requests.get(kind), limits.get(kind))));
    }

    private static boolean empty(Map<String, Quantity> amounts) {
        return amounts == null || amounts.isEmpty();
    }
}
