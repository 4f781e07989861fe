package dev.vl3mesh.testbed.lab;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// The lab itself: if this is red, nothing that other system tests say counts.
@ExtendWith(LabExtension.class)
class LabST {
    private final Lab lab;

    LabST(Lab lab) {
        this.lab = lab;
    }

    @Test
    void bothClustersAreReadyAndTheirRangesAreEqual() {
        assertThat(lab.clusters()).extracting(LabCluster::name).containsExactly("east", "west");
        TreeSet<String> dns = new TreeSet<>();
        for (LabCluster cluster : lab.clusters()) {
            try (KubernetesClient client = cluster.client()) {
                assertThat(LabCluster.readyNodes(client)).isEqualTo(1);
                dns.add(client.services()
                        .inNamespace("kube-system")
                        .withName("kube-dns")
                        .get()
                        .getSpec()
                        .getClusterIP());
            }
        }
        assertThat(dns).containsExactly("10.96.0.10");
    }

    @Test
    void theClusterDnsAnswersThroughItsServiceAddress() {
        for (LabCluster cluster : lab.clusters()) {
            Awaitility.await()
                    .atMost(20, TimeUnit.SECONDS)
                    .untilAsserted(() -> assertThat(cluster.exec(
                                    1,
                                    "dig",
                                    "+short",
                                    "+time=1",
                                    "@10.96.0.10",
                                    "kubernetes.default.svc.cluster.local"))
                            .contains("10.96.0.1"));
        }
    }

    @Test
    void nodesReachEachOtherAcrossClustersAndPodsAddressesGoNowhere() {
        LabCluster east = lab.cluster("east");
        String west = lab.cluster("west").node(1).address();
        assertThat(east.attempt(1, "ping", "-c1", "-W2", west).ok()).isTrue();
        // the route exists only if somebody adds it: the internet drops pod addresses
        east.exec(1, "ip", "route", "add", "10.244.77.0/24", "via", west, "onlink", "dev", "eth0");
        try {
            assertThat(east.attempt(1, "ping", "-c1", "-W1", "10.244.77.2").ok())
                    .isFalse();
        } finally {
            east.exec(1, "ip", "route", "del", "10.244.77.0/24");
        }
    }

    @Test
    void upRecoversFromAKilledMachineAndPodsComeBack() {
        LabCluster west = lab.cluster("west");
        west.powerOff(1);
        assertThat(west.running()).isFalse();
        lab.up(2, 1, false);
        assertThat(west.running()).isTrue();
        try (KubernetesClient client = west.client()) {
            assertThat(LabCluster.readyNodes(client)).isEqualTo(1);
        }
    }

    @Test
    void theKubeletNeverWroteTheHostsSysctls() {
        List<String> names = List.of("kernel.panic_on_oops", "vm.overcommit_memory");
        for (String name : names) {
            String host = new Commands(new Progress(System.out, false))
                    .run("sysctl", "-n", name)
                    .strip();
            assertThat(host).as(name).isEqualTo("0");
        }
    }
}
