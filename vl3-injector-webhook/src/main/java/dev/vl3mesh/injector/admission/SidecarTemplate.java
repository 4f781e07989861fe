package dev.vl3mesh.injector.admission;

import dev.vl3mesh.injector.allocate.Allocation.Place;
import dev.vl3mesh.model.DomainName;
import dev.vl3mesh.model.address.IpAddress;
import dev.vl3mesh.model.plan.MeshPorts;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.EnvVarBuilder;
import io.fabric8.kubernetes.api.model.EnvVarSourceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.VolumeMountBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// The sidecar of one domain's Istio in a pod: stock proxyv2 as a native sidecar, unprivileged, Pod Security
/// `restricted` admits it. What it keeps is its own: with volumes that two meshes share, one would speak with the
/// other's
/// certificate. Ports and user follow from the domain's slot.
final class SidecarTemplate {
    private static final String NAME_PREFIX = "istio-proxy-";
    /// Of the annotation that holds what the sidecar knows the mesh by, followed by the domain's name.
    private static final String ROOT_PREFIX = "vl3mesh.dev/mesh-root-";
    /// Of the annotation that keeps the sidecar from taking addresses for the domain's that are not, followed by the
    /// domain's name.
    private static final String INTERFACES_PREFIX = "vl3mesh.dev/mesh-interfaces-";

    private static final int RELAY_PORT = 15_012;
    private static final int STARTUP_FAILURES = 600;
    private static final long TOKEN_SECONDS = 43_200;

    private final DomainName domain;
    private final Mesh mesh;
    private final MeshPorts ports;

    /// What a domain says of its mesh.
    ///
    /// @param slot 0 to 9
    /// @param image of the sidecar
    /// @param root PEM
    record Mesh(int slot, String image, String root) {}

    SidecarTemplate(DomainName domain, Mesh mesh) {
        this.domain = domain;
        this.mesh = mesh;
        this.ports = new MeshPorts(mesh.slot());
    }

    /// The container's name.
    String name() {
        return NAME_PREFIX + domain;
    }

    private String trustDomain() {
        return domain + ".vl3.internal";
    }

    /// What is to be written on the pod, for the sidecar's volumes.
    ///
    /// @param others interfaces of the pod that are not the domain's
    Map<String, String> annotations(List<String> others) {
        return Map.of(
                ROOT_PREFIX + domain,
                mesh.root(),
                INTERFACES_PREFIX + domain,
                "traffic.sidecar.istio.io/excludeInterfaces=\"" + String.join(",", others) + "\"");
    }

    Container container(Pod pod, Place place) {
        String namespace = Objects.requireNonNullElse(pod.getMetadata().getNamespace(), "default");
        return new ContainerBuilder()
                .withName(name())
                .withImage(mesh.image())
                .withArgs(
                        "proxy",
                        "sidecar",
                        "--domain",
                        namespace + ".svc." + trustDomain(),
                        "--proxyLogLevel=warning",
                        "--proxyComponentLogLevel=misc:error",
                        "--log_output_level=default:info")
                .withEnv(environment(pod, place))
                .withRestartPolicy("Always")
                .withNewStartupProbe()
                .withNewHttpGet()
                .withPath("/healthz/ready")
                .withNewPort(ports.health())
                .endHttpGet()
                .withPeriodSeconds(1)
                .withTimeoutSeconds(3)
                .withFailureThreshold(STARTUP_FAILURES)
                .endStartupProbe()
                .withNewReadinessProbe()
                .withNewHttpGet()
                .withPath("/healthz/ready")
                .withNewPort(ports.health())
                .endHttpGet()
                .withPeriodSeconds(15)
                .withTimeoutSeconds(3)
                .withFailureThreshold(4)
                .endReadinessProbe()
                .withNewResources()
                .addToRequests(Map.of("cpu", new Quantity("100m"), "memory", new Quantity("128Mi")))
                .addToLimits(Map.of("cpu", new Quantity("2"), "memory", new Quantity("1Gi")))
                .endResources()
                .withNewSecurityContext()
                .withRunAsNonRoot(true)
                .withRunAsUser((long) ports.user())
                .withRunAsGroup((long) ports.user())
                .withAllowPrivilegeEscalation(false)
                .withReadOnlyRootFilesystem(true)
                .withNewCapabilities()
                .addToDrop("ALL")
                .endCapabilities()
                .withNewSeccompProfile()
                .withType("RuntimeDefault")
                .endSeccompProfile()
                .endSecurityContext()
                .withVolumeMounts(mounts())
                .build();
    }

    private List<EnvVar> environment(Pod pod, Place place) {
        List<EnvVar> environment = new ArrayList<>(List.of(
                field("POD_NAME", "metadata.name"),
                field("POD_NAMESPACE", "metadata.namespace"),
                field("SERVICE_ACCOUNT", "spec.serviceAccountName"),
                field("HOST_IP", "status.hostIP")));
        environment.add(text("INSTANCE_IP", place.addresses().getFirst().toString()));
        environment.add(text("PILOT_CERT_PROVIDER", "istiod"));
        environment.add(text("ISTIOD_SAN", "relay." + trustDomain()));
        environment.add(text("TRUST_DOMAIN", trustDomain()));
        environment.add(text("ISTIO_DUAL_STACK", "true"));
        environment.add(text("ISTIO_META_CLUSTER_ID", domain.value()));
        environment.add(text("ISTIO_META_MESH_ID", trustDomain()));
        environment.add(text("ISTIO_META_INTERCEPTION_MODE", "REDIRECT"));
        environment.add(text("ISTIO_META_POD_PORTS", "[\n]"));
        environment.add(text(
                "ISTIO_META_WORKLOAD_NAME",
                PodFacts.workload(pod, place.addresses().getFirst())));
        environment.add(text("ENVOY_STATUS_PORT", Integer.toString(ports.health())));
        environment.add(text("ENVOY_PROMETHEUS_PORT", Integer.toString(ports.prometheus())));
        environment.add(text("PROXY_CONFIG", proxyConfig(place.gateway().getFirst())));
        return environment;
    }

    /// The relay is reached by its address, which no resolver has to know; its certificate is checked by the name
    /// above.
    private String proxyConfig(IpAddress gateway) {
        String relay = gateway.toString().contains(":") ? "[" + gateway + "]" : gateway.toString();
        return "{\"discoveryAddress\":\"" + relay + ":" + RELAY_PORT + "\",\"proxyAdminPort\":" + ports.admin()
                + ",\"statusPort\":" + ports.status() + ",\"concurrency\":2}";
    }

    private static EnvVar text(String name, String value) {
        return new EnvVarBuilder().withName(name).withValue(value).build();
    }

    private static EnvVar field(String name, String path) {
        return new EnvVarBuilder()
                .withName(name)
                .withValueFrom(new EnvVarSourceBuilder()
                        .withNewFieldRef()
                        .withApiVersion("v1")
                        .withFieldPath(path)
                        .endFieldRef()
                        .build())
                .build();
    }

    private String volume(String what) {
        return "vl3-" + what + "-" + domain;
    }

    private List<VolumeMount> mounts() {
        return List.of(
                mount("root", "/var/run/secrets/istio", true),
                mount("token", "/var/run/secrets/tokens", true),
                mount("podinfo", "/etc/istio/pod", true),
                mount("envoy", "/etc/istio/proxy", false),
                mount("state", "/var/lib/istio/data", false),
                mount("sds", "/var/run/secrets/workload-spiffe-uds", false),
                mount("certs", "/var/run/secrets/workload-spiffe-credentials", false),
                mount("credentials", "/var/run/secrets/credential-uds", false));
    }

    private VolumeMount mount(String what, String path, boolean readOnly) {
        return new VolumeMountBuilder()
                .withName(volume(what))
                .withMountPath(path)
                .withReadOnly(readOnly ? Boolean.TRUE : null)
                .build();
    }

    /// The volumes that the container mounts.
    List<Volume> volumes() {
        List<Volume> volumes = new ArrayList<>(List.of(
                new VolumeBuilder()
                        .withName(volume("root"))
                        .withNewDownwardAPI()
                        .addNewItem()
                        .withPath("root-cert.pem")
                        .withNewFieldRef()
                        .withApiVersion("v1")
                        .withFieldPath("metadata.annotations['" + ROOT_PREFIX + domain + "']")
                        .endFieldRef()
                        .endItem()
                        .endDownwardAPI()
                        .build(),
                new VolumeBuilder()
                        .withName(volume("token"))
                        .withNewProjected()
                        .addNewSource()
                        .withNewServiceAccountToken(domain + ".vl3mesh.dev", TOKEN_SECONDS, "istio-token")
                        .endSource()
                        .endProjected()
                        .build(),
                new VolumeBuilder()
                        .withName(volume("podinfo"))
                        .withNewDownwardAPI()
                        .addNewItem()
                        .withPath("labels")
                        .withNewFieldRef()
                        .withApiVersion("v1")
                        .withFieldPath("metadata.labels")
                        .endFieldRef()
                        .endItem()
                        .addNewItem()
                        .withPath("annotations")
                        .withNewFieldRef()
                        .withApiVersion("v1")
                        .withFieldPath("metadata.annotations['" + INTERFACES_PREFIX + domain + "']")
                        .endFieldRef()
                        .endItem()
                        .endDownwardAPI()
                        .build()));
        for (String what : List.of("envoy", "state", "sds", "certs", "credentials")) {
            volumes.add(new VolumeBuilder()
                    .withName(volume(what))
                    .withNewEmptyDir()
                    .withMedium(what.equals("envoy") ? "Memory" : null)
                    .endEmptyDir()
                    .build());
        }
        return volumes;
    }
}
