package dev.vl3mesh.ctl.command;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vl3mesh.api.v1alpha1.Domain;
import dev.vl3mesh.api.v1alpha1.IstioCanary;
import dev.vl3mesh.api.v1alpha1.IstioSpec;
import dev.vl3mesh.api.v1alpha1.MeshSpec;
import dev.vl3mesh.ctl.cluster.Cluster;
import dev.vl3mesh.ctl.cluster.CtlException;
import dev.vl3mesh.ctl.command.MeshStatus.Istiod;
import dev.vl3mesh.ctl.command.MeshStatus.Refused;
import dev.vl3mesh.ctl.command.MeshStatus.Sidecar;
import io.fabric8.kubernetes.api.model.APIResource;
import io.fabric8.kubernetes.api.model.APIResourceList;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Reads how a mesh is from a cluster and, at home, from its istiods.
final class MeshStatusReader {
    private static final List<String> API_VERSIONS = List.of(
            "networking.istio.io/v1",
            "networking.istio.io/v1alpha3",
            "networking.istio.io/v1beta1",
            "security.istio.io/v1",
            "telemetry.istio.io/v1",
            "extensions.istio.io/v1alpha1");

    /// A push is acknowledged within that time.
    private static final long PUSH_SECONDS = 2;

    private final Cluster cluster;
    private final KubernetesClient client;
    private final String domain;

    MeshStatusReader(Cluster cluster, String domain) {
        this.cluster = cluster;
        this.client = cluster.client();
        this.domain = domain;
    }

    /// @throws CtlException if there is no such domain, or it has no mesh
    MeshStatus read() {
        String self = cluster.self().name();
        Domain found = client.resources(Domain.class).withName(domain).get();
        if (found == null) {
            throw new CtlException("cluster " + self + " has no domain " + domain + ": see vl3ctl domains");
        }
        IstioSpec istio = Optional.ofNullable(found.getSpec().mesh())
                .map(MeshSpec::istio)
                .orElseThrow(() -> new CtlException("domain " + domain + " has no mesh: see vl3ctl istio-profile"));
        String owner = DomainsCommand.homeLabel(found);
        String home = owner.isEmpty() ? self : owner;
        List<Pod> pods = Topology.attached(client);
        return new MeshStatus(
                domain,
                self,
                home,
                istio.revisionOf(domain),
                Stream.concat(
                                Stream.of(istio.proxyImage()),
                                Stream.ofNullable(istio.canary()).map(IstioCanary::proxyImage))
                        .toList(),
                home.equals(self) ? istiods(istio) : List.of(),
                sidecars(pods),
                bare(pods, istio.namespaceOf(domain)),
                refused());
    }

    private List<Istiod> istiods(IstioSpec istio) {
        return client
                .pods()
                .inNamespace(istio.namespaceOf(domain))
                .withLabel("app", "istiod")
                .withLabelIn("istio.io/rev", revisions(istio))
                .list()
                .getItems()
                .stream()
                .map(this::istiod)
                .toList();
    }

    private String[] revisions(IstioSpec istio) {
        return Stream.concat(
                        Stream.of(istio.revisionOf(domain)),
                        Stream.ofNullable(istio.canary()).map(IstioCanary::revision))
                .toArray(String[]::new);
    }

    private Istiod istiod(Pod pod) {
        String name = pod.getMetadata().getName();
        boolean ready = pod.getStatus().getConditions().stream()
                .anyMatch(condition -> condition.getType().equals("Ready")
                        && condition.getStatus().equals("True"));
        if (!ready) {
            return new Istiod(name, false, 0, List.of());
        }
        JsonNode proxies = IstiodDebug.syncz(client, pod);
        Set<String> behind = behind(proxies);
        if (!behind.isEmpty()) { // a push may be under way just now
            pause();
            behind.retainAll(behind(IstiodDebug.syncz(client, pod)));
        }
        return new Istiod(name, true, proxies.size(), List.copyOf(behind));
    }

    private static Set<String> behind(JsonNode proxies) {
        Set<String> behind = new TreeSet<>();
        for (JsonNode proxy : proxies) {
            if (IstiodDebug.isBehind(proxy)) {
                behind.add(proxy.path("proxy").asText());
            }
        }
        return behind;
    }

    private static void pause() {
        try {
            TimeUnit.SECONDS.sleep(PUSH_SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CtlException("interrupted", e);
        }
    }

    private List<Sidecar> sidecars(List<Pod> pods) {
        String container = "istio-proxy-" + domain;
        List<Sidecar> sidecars = new ArrayList<>();
        for (Pod pod : pods) {
            Objects.requireNonNullElse(pod.getStatus().getInitContainerStatuses(), List.<ContainerStatus>of()).stream()
                    .filter(status -> status.getName().equals(container))
                    .findFirst()
                    .ifPresent(status -> sidecars.add(new Sidecar(
                            pod.getMetadata().getNamespace(),
                            pod.getMetadata().getName(),
                            Boolean.TRUE.equals(status.getReady()),
                            image(pod, container))));
        }
        return List.copyOf(sidecars);
    }

    /// The mesh's control planes are in the domain too, and need none.
    private List<String> bare(List<Pod> pods, String rootNamespace) {
        return pods.stream()
                .filter(pod -> !pod.getMetadata().getNamespace().equals(rootNamespace)
                        && Topology.domains(pod).contains(domain)
                        && image(pod, "istio-proxy-" + domain).isEmpty())
                .map(pod -> pod.getMetadata().getNamespace() + "/"
                        + pod.getMetadata().getName())
                .sorted()
                .toList();
    }

    private static String image(Pod pod, String container) {
        return Objects.requireNonNullElse(pod.getSpec().getInitContainers(), List.<Container>of()).stream()
                .filter(one -> one.getName().equals(container))
                .map(Container::getImage)
                .findFirst()
                .orElse("");
    }

    private List<Refused> refused() {
        List<Refused> refused = new ArrayList<>();
        for (String apiVersion : API_VERSIONS) {
            APIResourceList list = client.getApiResources(apiVersion);
            if (list == null) {
                continue; // Istio's definitions are not there
            }
            for (APIResource resource : list.getResources()) {
                if (!resource.getName().contains("/")) {
                    refused(apiVersion, resource).forEach(refused::add);
                }
            }
        }
        return List.copyOf(refused);
    }

    private List<Refused> refused(String apiVersion, APIResource resource) {
        int slash = apiVersion.indexOf('/');
        ResourceDefinitionContext context = new ResourceDefinitionContext.Builder()
                .withGroup(apiVersion.substring(0, slash))
                .withVersion(apiVersion.substring(slash + 1))
                .withKind(resource.getKind())
                .withPlural(resource.getName())
                .withNamespaced(true)
                .build();
        return client.genericKubernetesResources(context).inAnyNamespace().list().getItems().stream()
                .flatMap(object -> refused(object).stream())
                .toList();
    }

    private Optional<Refused> refused(GenericKubernetesResource object) {
        @Nullable List<Map<String, Object>> conditions = object.get("status", "conditions");
        return Objects.requireNonNullElse(conditions, List.<Map<String, Object>>of()).stream()
                .filter(condition -> ("vl3mesh.dev/" + domain).equals(condition.get("type"))
                        && "False".equals(condition.get("status")))
                .findFirst()
                .map(condition -> new Refused(
                        object.getKind(),
                        object.getMetadata().getNamespace(),
                        object.getMetadata().getName(),
                        Objects.toString(condition.get("reason"), ""),
                        Objects.toString(condition.get("message"), "")));
    }
}
