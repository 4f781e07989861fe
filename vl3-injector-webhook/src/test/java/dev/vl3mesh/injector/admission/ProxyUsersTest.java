package dev.vl3mesh.injector.admission;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// An application that runs as a sidecar would go out without one.
class ProxyUsersTest {
    private static Container container(String name, long user) {
        return new ContainerBuilder()
                .withName(name)
                .withNewSecurityContext()
                .withRunAsUser(user)
                .endSecurityContext()
                .build();
    }

    @ParameterizedTest
    @CsvSource({
        "main, 1337, true",
        "main, 1347, true",
        "main, 1348, false",
        "main, 1336, false",
        "istio-proxy, 1337, false",
        "istio-proxy-red, 1338, false"
    })
    void aContainerIsRefusedByItsUser(String name, long user, boolean refused) {
        Pod pod = new PodBuilder()
                .withNewSpec()
                .withContainers(container(name, user))
                .endSpec()
                .build();
        assertThat(ProxyUsers.refusal(pod).isPresent()).isEqualTo(refused);
        assertThat(ProxyUsers.refusal(pod).orElse("container main has runAsUser: " + user))
                .startsWith("container main has runAsUser: " + user);
    }

    @ParameterizedTest
    @CsvSource({"1338, true", "65534, false"})
    void aPodIsRefusedByItsUser(long user, boolean refused) {
        Pod pod = new PodBuilder()
                .withNewSpec()
                .withNewSecurityContext()
                .withRunAsUser(user)
                .endSecurityContext()
                .withContainers(new ContainerBuilder().withName("main").build())
                .endSpec()
                .build();
        assertThat(ProxyUsers.refusal(pod).isPresent()).isEqualTo(refused);
    }
}
