package dev.vl3mesh.ctl.connectivity;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vl3mesh.model.address.IpAddress;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProbeTest {
    private static final List<IpAddress> OWN = List.of(IpAddress.parse("172.16.0.33"), IpAddress.parse("fd00:16::21"));

    private static Probe parse(String line) {
        return Probe.parse(line, "east/a", "west/b", OWN).orElseThrow();
    }

    @Test
    void readsTheScriptsLines() {
        assertThat(parse("4 icmp 1450 ok 3 of 3 answers, 0.2 ms"))
                .isEqualTo(new Probe("east/a", "west/b", "IPv4", "icmp", 1450, true, "3 of 3 answers, 0.2 ms"));
        assertThat(parse("6 tcp 1 ok")).isEqualTo(new Probe("east/a", "west/b", "IPv6", "tcp", 1, true, ""));
        assertThat(parse("- dns 0 failed x lacks 172.16.0.1").ok()).isFalse();
        assertThat(Probe.parse("sh: 3: oops", "a", "b", OWN)).isEmpty();
        assertThat(Probe.parse("", "a", "b", OWN)).isEmpty();
    }

    @Test
    void theTargetMustSeeTheDomainsAddress() {
        assertThat(parse("6 source 0 ok [fd00:0016:0000:0000:0000:0000:0000:0021]"))
                .isEqualTo(new Probe("east/a", "west/b", "IPv6", "source", 0, true, "seen as fd00:16::21"));
        assertThat(parse("4 source 0 ok 10.244.0.7").ok()).isFalse();
        assertThat(parse("4 source 0 ok 10.244.0.7").detail()).isEqualTo("seen as 10.244.0.7, not as itself");
        assertThat(parse("4 source 0 ok ").detail()).isEqualTo("no answer");
        assertThat(parse("4 source 0 ok garbage").ok()).isFalse();
    }

    @Test
    void testPodsHoldPodSecurityRestricted() {
        Pod pod = Manifests.pod("ns", "probe-1", "node-1", "red", "image");
        assertThat(pod.getSpec().getSecurityContext().getRunAsNonRoot()).isTrue();
        assertThat(pod.getSpec().getSecurityContext().getSeccompProfile().getType())
                .isEqualTo("RuntimeDefault");
        var container = pod.getSpec().getContainers().getFirst().getSecurityContext();
        assertThat(container.getAllowPrivilegeEscalation()).isFalse();
        assertThat(container.getCapabilities().getDrop()).containsExactly("ALL");
        assertThat(pod.getMetadata().getLabels()).containsEntry("vl3mesh.dev/domains", "red");
    }
}
