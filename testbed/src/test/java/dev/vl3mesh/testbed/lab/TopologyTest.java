package dev.vl3mesh.testbed.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class TopologyTest {
    @Test
    void nodesOfDifferentClustersShareNoAddressAndTheirPodsDo() {
        Topology topology = Topology.of("t", 2, 2);
        assertThat(topology.nodes()).extracting(Topology.NodePlan::address).doesNotHaveDuplicates();
        assertThat(topology.nodes()).extracting(Topology.NodePlan::address6).doesNotHaveDuplicates();
        assertThat(topology.clusters().get(0).nodes().get(1).podCidr())
                .isEqualTo(topology.clusters().get(1).nodes().get(1).podCidr());
    }

    @Test
    void namesOfLinksFitTheKernel() {
        for (Topology.NodePlan node : Topology.of("vl3", 4, 5).nodes()) {
            assertThat(node.name()).hasSizeLessThanOrEqualTo(15);
        }
    }

    @Test
    void aShapeThatCantBeIsRefused() {
        assertThatThrownBy(() -> Topology.of("t", 5, 1)).isInstanceOf(LabException.class);
        assertThatThrownBy(() -> Topology.of("t", 1, 0)).isInstanceOf(LabException.class);
    }
}
