package dev.vl3mesh.ctl.connectivity;

import dev.vl3mesh.ctl.cluster.CtlException;
import dev.vl3mesh.model.join.Labels;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.SysctlBuilder;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/// What a test makes in a cluster.
final class Manifests {
    static final String CONTAINER = "probe";
    static final String SERVICE = "probe";
    private static final String APP = "app";
    private static final long NOBODY = 65_534;

    private Manifests() {}

    /// Without a domain of its own, so that a pod in it can stay outside.
    static Namespace namespace(String name) {
        return new NamespaceBuilder()
                .withNewMetadata()
                .withName(name)
                .withLabels(Map.of(
                        "app.kubernetes.io/managed-by", "vl3ctl", "pod-security.kubernetes.io/enforce", "restricted"))
                .endMetadata()
                .build();
    }

    /// Of the same name in all clusters, which makes it one service of the domain.
    static Service service(String namespace) {
        return new ServiceBuilder()
                .withNewMetadata()
                .withName(SERVICE)
                .withNamespace(namespace)
                .endMetadata()
                .withNewSpec()
                .withClusterIP("None")
                .withSelector(Map.of(APP, SERVICE))
                .addNewPort()
                .withName("echo")
                .withPort(7007)
                .withTargetPort(new IntOrString(7007))
                .endPort()
                .endSpec()
                .build();
    }

    /// A pod on a node.
    ///
    /// @param domain the domains label's value; `none` stays outside
    static Pod pod(String namespace, String name, String node, String domain, String image) {
        boolean inside = !domain.equals("none");
        return new PodBuilder()
                .withNewMetadata()
                .withName(name)
                .withNamespace(namespace)
                .withLabels(Map.of(Labels.DOMAINS, domain, APP, inside ? SERVICE : "outside"))
                .endMetadata()
                .withNewSpec()
                .withNodeSelector(Map.of("kubernetes.io/hostname", node))
                .withTerminationGracePeriodSeconds(0L)
                .withAutomountServiceAccountToken(false)
                .withNewSecurityContext()
                .withRunAsNonRoot(true)
                .withRunAsUser(NOBODY)
                .withNewSeccompProfile()
                .withType("RuntimeDefault")
                .endSeccompProfile()
                // ping without a capability; Kubernetes counts it among the safe ones
                .withSysctls(new SysctlBuilder()
                        .withName("net.ipv4.ping_group_range")
                        .withValue("0 2147483647")
                        .build())
                .endSecurityContext()
                .addNewContainer()
                .withName(CONTAINER)
                .withImage(image)
                .withImagePullPolicy("IfNotPresent")
                .withCommand("sh", "-c", script("serve.sh"))
                .withNewSecurityContext()
                .withAllowPrivilegeEscalation(false)
                .withNewCapabilities()
                .withDrop("ALL")
                .endCapabilities()
                .endSecurityContext()
                .withNewReadinessProbe()
                .withNewTcpSocket()
                .withPort(new IntOrString(7008))
                .endTcpSocket()
                .withPeriodSeconds(1)
                .endReadinessProbe()
                .endContainer()
                .endSpec()
                .build();
    }

    /// A script of this package.
    static String script(String name) {
        try (InputStream stream = Manifests.class.getResourceAsStream(name)) {
            if (stream == null) {
                throw new IllegalStateException("the script " + name + " is missing from vl3ctl's jar");
            }
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new CtlException("reading the script " + name + ": " + e.getMessage(), e);
        }
    }
}
