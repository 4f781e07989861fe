package dev.vl3mesh.injector.admission;

import dev.vl3mesh.model.plan.MeshPorts;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Keeps applications from running as one of the users by whom sidecars are told apart: what such a user
/// sends is taken for a sidecar's, and goes out without one.
final class ProxyUsers {
    private static final String OF_CLUSTER = "istio-proxy";
    private static final long LAST = MeshPorts.FIRST_USER + MeshPorts.SLOTS - 1L;

    private ProxyUsers() {}

    /// Why a pod with sidecars can't be as it is, and what to do; nothing where no user is known to be one
    /// of these.
    static Optional<String> refusal(Pod pod) {
        if (pod.getSpec().getSecurityContext() != null
                && isProxy(pod.getSpec().getSecurityContext().getRunAsUser())) {
            return Optional.of(sentence(
                    "spec.securityContext", pod.getSpec().getSecurityContext().getRunAsUser()));
        }
        return Stream.concat(
                        containers(pod.getSpec().getInitContainers()),
                        containers(pod.getSpec().getContainers()))
                .filter(container -> container.getSecurityContext() != null
                        && isProxy(container.getSecurityContext().getRunAsUser()))
                .findFirst()
                .map(container -> sentence(
                        "container " + container.getName(),
                        container.getSecurityContext().getRunAsUser()));
    }

    /// Without sidecars, a domain's or the cluster's own.
    private static Stream<Container> containers(@Nullable List<Container> containers) {
        return Objects.requireNonNullElse(containers, List.<Container>of()).stream()
                .filter(container -> !container.getName().startsWith(OF_CLUSTER));
    }

    private static boolean isProxy(@Nullable Long user) {
        return user != null && user >= MeshPorts.USER_OF_CLUSTER && user <= LAST;
    }

    private static String sentence(String where, Long user) {
        return where + " has runAsUser: " + user + ", and users " + MeshPorts.USER_OF_CLUSTER + " to " + LAST
                + " are those of sidecars, whose traffic is not captured: give it another one";
    }
}
