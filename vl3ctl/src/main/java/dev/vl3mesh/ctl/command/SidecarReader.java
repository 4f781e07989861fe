package dev.vl3mesh.ctl.command;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.vl3mesh.api.v1alpha1.Domain;
import dev.vl3mesh.api.v1alpha1.MeshSpec;
import dev.vl3mesh.ctl.cluster.CtlException;
import dev.vl3mesh.ctl.command.PodDescription.Sidecar;
import dev.vl3mesh.ctl.envoy.EnvoyAdmin;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;

/// Reads of a pod what sidecars of domains it has, and asks the Envoy of each, at its administration on the pod's
/// loopback.
final class SidecarReader {
    private static final String PREFIX = "istio-proxy-";
    private static final ObjectMapper JSON = new ObjectMapper();

    private final KubernetesClient client;
    private final Consumer<String> hints;

    /// @param hints is told what can't be shown, and why
    SidecarReader(KubernetesClient client, Consumer<String> hints) {
        this.client = client;
        this.hints = hints;
    }

    /// All of a pod's, in the order in which they start.
    List<Sidecar> read(Pod pod) {
        List<Sidecar> sidecars = new ArrayList<>();
        for (Container container :
                Objects.requireNonNullElse(pod.getSpec().getInitContainers(), List.<Container>of())) {
            if (container.getName().startsWith(PREFIX)) {
                sidecars.add(read(pod, container));
            }
        }
        return List.copyOf(sidecars);
    }

    private Sidecar read(Pod pod, Container container) {
        String domain = container.getName().substring(PREFIX.length());
        boolean ready =
                Objects.requireNonNullElse(pod.getStatus().getInitContainerStatuses(), List.<ContainerStatus>of())
                        .stream()
                        .anyMatch(status ->
                                status.getName().equals(container.getName()) && Boolean.TRUE.equals(status.getReady()));
        String revision = variable(container, "XDS_HEADER_domain_revision");
        return new Sidecar(
                domain,
                ready,
                container.getImage(),
                revision,
                istiod(domain, revision),
                ready ? SidecarEnvoy.of(path -> asked(pod, container, path)) : SidecarEnvoy.SILENT);
    }

    /// Empty where this cluster does not know the domain, or its mesh.
    private String istiod(String domain, String revision) {
        return Optional.ofNullable(
                        client.resources(Domain.class).withName(domain).get())
                .map(found -> found.getSpec().mesh())
                .map(MeshSpec::istio)
                .map(istio -> "istiod-" + (revision.isEmpty() ? istio.revisionOf(domain) : revision) + "."
                        + istio.namespaceOf(domain))
                .orElse("");
    }

    /// Empty where it does not answer.
    private JsonNode asked(Pod pod, Container container, String path) {
        try {
            return admin(pod, container).get(path);
        } catch (CtlException e) {
            hints.accept(path + " of " + container.getName() + " is not shown: " + e.getMessage());
            return JSON.createObjectNode();
        }
    }

    /// The administration of a pod's sidecar in a domain; nothing where it has none.
    Optional<EnvoyAdmin> admin(Pod pod, String domain) {
        return Objects.requireNonNullElse(pod.getSpec().getInitContainers(), List.<Container>of()).stream()
                .filter(container -> container.getName().equals(PREFIX + domain))
                .findFirst()
                .map(container -> admin(pod, container));
    }

    private EnvoyAdmin admin(Pod pod, Container container) {
        try {
            int port = JSON.readTree(variable(container, "PROXY_CONFIG"))
                    .path("proxyAdminPort")
                    .asInt();
            return new EnvoyAdmin(client, pod, port);
        } catch (JsonProcessingException e) {
            throw new CtlException(container.getName() + " has no PROXY_CONFIG that can be read", e);
        }
    }

    private static String variable(Container container, String name) {
        return container.getEnv().stream()
                .filter(one -> one.getName().equals(name))
                .map(EnvVar::getValue)
                .filter(Objects::nonNull)
                .findFirst()
                .orElse("");
    }
}
