package dev.vl3mesh.injector.admission;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
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
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.ProbeBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeMount;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// The sidecar of one domain's Istio in a pod: stock proxyv2 as a native sidecar, unprivileged, Pod
/// Security `restricted` admits it. Ports and user follow from the domain's slot. Where nothing here says
/// otherwise, it is what Istio's own injector makes.
final class SidecarTemplate {
    private static final String NAME_PREFIX = "istio-proxy-";
    private static final String EXCLUDE_INTERFACES = "traffic.sidecar.istio.io/excludeInterfaces";
    /// Istio's agent sends what these hold as a header, to its control plane and to its issuer: here to the
    /// relay.
    private static final List<String> REVISION_HEADERS =
            List.of("XDS_HEADER_domain_revision", "CA_HEADER_domain_revision");

    private static final int RELAY_PORT = 15_012;
    private static final int STARTUP_FAILURES = 600;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final DomainName domain;
    private final Mesh mesh;
    private final MeshPorts ports;
    private final SidecarOptions options;
    private final SidecarVolumes volumes;

    /// What a domain says of its mesh.
    ///
    /// @param slot 0 to 9
    /// @param image of the sidecar
    /// @param root PEM
    /// @param revision that serves this pod's; empty where it is the one in force
    record Mesh(int slot, String image, String root, String revision) {}

    /// @param options of the pod
    SidecarTemplate(DomainName domain, Mesh mesh, SidecarOptions options) {
        this.domain = domain;
        this.mesh = mesh;
        this.ports = new MeshPorts(mesh.slot());
        this.options = options;
        this.volumes = new SidecarVolumes(domain);
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
    /// @param others interfaces of the pod that are not the domain's: of these the sidecar may take no
    /// address
    Map<String, String> annotations(List<String> others) {
        Map<String, String> told = new TreeMap<>(options.told());
        told.put(EXCLUDE_INTERFACES, String.join(",", others));
        return Map.of(
                volumes.rootAnnotation(),
                mesh.root(),
                volumes.toldAnnotation(),
                told.entrySet().stream()
                        .map(entry -> entry.getKey() + "=" + json(entry.getValue()))
                        .collect(Collectors.joining("\n")));
    }

    Container container(Pod pod, Place place) {
        List<String> arguments =
                new ArrayList<>(List.of("proxy", "sidecar", "--domain", "$(POD_NAMESPACE).svc." + trustDomain()));
        arguments.addAll(options.logging());
        return new ContainerBuilder()
                .withName(name())
                .withImage(options.image(mesh.image()))
                .withArgs(arguments)
                .addNewPort()
                .withName("http-envoy-prom")
                .withContainerPort(ports.prometheus())
                .withProtocol("TCP")
                .endPort()
                .withEnv(environment(pod, place))
                .withRestartPolicy("Always")
                .withStartupProbe(new ProbeBuilder(probe(0, 1))
                        .withFailureThreshold(STARTUP_FAILURES)
                        .build())
                .withReadinessProbe(new ProbeBuilder(probe(
                                options.readiness(0, "initialDelaySeconds"), options.readiness(15, "periodSeconds")))
                        .withFailureThreshold(options.readiness(4, "failureThreshold"))
                        .build())
                .withResources(options.resources())
                .withNewSecurityContext()
                .withRunAsNonRoot(true)
                .withRunAsUser((long) ports.user())
                .withRunAsGroup((long) ports.user())
                .withAllowPrivilegeEscalation(false)
                .withPrivileged(false)
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

    private Probe probe(int delay, int period) {
        return new ProbeBuilder()
                .withNewHttpGet()
                .withPath("/healthz/ready")
                .withNewPort(ports.health())
                .endHttpGet()
                .withInitialDelaySeconds(delay)
                .withPeriodSeconds(period)
                .withTimeoutSeconds(3)
                .build();
    }

    private List<EnvVar> environment(Pod pod, Place place) {
        PodOwner owner = PodOwner.of(pod);
        List<EnvVar> environment = new ArrayList<>(List.of(
                field("POD_NAME", "metadata.name"),
                field("POD_NAMESPACE", "metadata.namespace"),
                field("SERVICE_ACCOUNT", "spec.serviceAccountName"),
                field("HOST_IP", "status.hostIP"),
                limit("ISTIO_CPU_LIMIT", "limits.cpu"),
                limit("GOMEMLIMIT", "limits.memory"),
                limit("GOMAXPROCS", "limits.cpu")));
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
                "ISTIO_META_APP_CONTAINERS",
                pod.getSpec().getContainers().stream().map(Container::getName).collect(Collectors.joining(","))));
        environment.add(field("ISTIO_META_NODE_NAME", "spec.nodeName"));
        environment.add(text("ISTIO_META_WORKLOAD_NAME", owner.name()));
        environment.add(text("ISTIO_META_OWNER", owner.uri()));
        environment.add(text("ENVOY_STATUS_PORT", Integer.toString(ports.health())));
        environment.add(text("ENVOY_PROMETHEUS_PORT", Integer.toString(ports.prometheus())));
        environment.add(text("PROXY_CONFIG", proxyConfig(place.gateway().getFirst())));
        if (!mesh.revision().isEmpty()) {
            REVISION_HEADERS.forEach(name -> environment.add(text(name, mesh.revision())));
        }
        options.proxyConfig().environment().forEach((name, value) -> environment.add(text(name, value)));
        return environment;
    }

    /// The relay is reached by its address, which no resolver has to know; its certificate is checked by
    /// the name above.
    private String proxyConfig(IpAddress gateway) {
        String relay = gateway.toString().contains(":") ? "[" + gateway + "]" : gateway.toString();
        Map<String, Object> config = new TreeMap<>(options.proxyConfig().fields());
        config.put("discoveryAddress", relay + ":" + RELAY_PORT);
        config.put("proxyAdminPort", ports.admin());
        config.put("statusPort", ports.status());
        return json(config);
    }

    private static String json(Object value) {
        try {
            return JSON.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("maps and strings can be written", e);
        }
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

    private static EnvVar limit(String name, String resource) {
        return new EnvVarBuilder()
                .withName(name)
                .withValueFrom(new EnvVarSourceBuilder()
                        .withNewResourceFieldRef()
                        .withResource(resource)
                        .withDivisor(new Quantity("1"))
                        .endResourceFieldRef()
                        .build())
                .build();
    }

    private List<VolumeMount> mounts() {
        List<VolumeMount> mounts = new ArrayList<>(volumes.mounts());
        mounts.addAll(options.mounts());
        return mounts;
    }

    /// The volumes that the container mounts.
    List<Volume> volumes() {
        List<Volume> all = new ArrayList<>(volumes.volumes());
        all.addAll(options.volumes());
        return all;
    }
}
