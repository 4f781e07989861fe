package dev.vl3mesh.testbed.lab;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.client.KubernetesClient;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// The end of a lab, after all that other tests did to it: nothing of it stays. Nor of another one, of more clusters
/// and nodes.
@ExtendWith(LabExtension.class)
@Order(Integer.MAX_VALUE)
class LabDownST {
    private final Lab lab;
    private final LabPaths paths = LabPaths.of(System.getenv());

    LabDownST(Lab lab) {
        this.lab = lab;
    }

    @Test
    void nothingIsLeftBehind() {
        lab.down();
        Footprint empty = Footprint.take(paths);
        LabExtension.before().ifPresent(empty::nothingSince);
        Lab other = new Lab(paths, new Progress(System.out, false));
        other.up(3, 2, true);
        try {
            assertThat(other.clusters()).extracting(LabCluster::name).containsExactly("east", "west", "north");
            for (LabCluster cluster : other.clusters()) {
                try (KubernetesClient client = cluster.client()) {
                    assertThat(LabCluster.readyNodes(client)).isEqualTo(2);
                }
            }
        } finally {
            other.down();
        }
        Footprint.take(paths).nothingSince(empty);
    }
}
