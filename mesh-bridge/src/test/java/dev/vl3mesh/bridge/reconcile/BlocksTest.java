package dev.vl3mesh.bridge.reconcile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vl3mesh.model.Carrier;
import dev.vl3mesh.model.DomainName;
import dev.vl3mesh.model.KubeClusterName;
import dev.vl3mesh.model.address.AddressPlan;
import dev.vl3mesh.model.address.IpPrefix;
import dev.vl3mesh.model.plan.MeshResource.DomainResource;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class BlocksTest {
    private static final KubeClusterName EAST = new KubeClusterName("east");
    private static final KubeClusterName WEST = new KubeClusterName("west");
    private static final DomainName RED = new DomainName("red");
    private static final DomainResource DOMAIN =
            new DomainResource(EAST, RED, List.of(IpPrefix.parse("172.16.0.0/24")), 7, 0, 0, Carrier.VXLAN);

    private final MemoryCluster cluster = new MemoryCluster();
    private final Blocks blocks = new Blocks(cluster, cluster);

    @Test
    void twoClustersGetDifferentBlocks() {
        assertThat(blocks.lease(DOMAIN, EAST, "east-0")).contains(0);
        assertThat(blocks.lease(DOMAIN, WEST, "west-0")).contains(1);
    }

    @Test
    void theSameRequestGetsTheSameBlockWhetherItIsSeenYetOrNot() {
        assertThat(blocks.lease(DOMAIN, WEST, "west-0")).contains(0);
        assertThat(blocks.lease(DOMAIN, WEST, "west-0")).contains(0);
        assertThat(new Blocks(cluster, cluster).lease(DOMAIN, WEST, "west-0"))
                .contains(0); // a new leader, cache behind
        cluster.sync();
        assertThat(blocks.lease(DOMAIN, WEST, "west-0")).contains(0);
        assertThat(cluster.blocksNow()).hasSize(1);
    }

    @Test
    void anotherLeadersLeaseIsNotGivenAgain() {
        new Blocks(cluster, cluster).lease(DOMAIN, WEST, "west-0"); // not seen by the cache
        assertThat(blocks.lease(DOMAIN, EAST, "east-0")).contains(1);
    }

    @Test
    void blocksForServicesAloneAreNotLeased() {
        // a /24 has four blocks, and its last sixteenth is for services
        for (int i = 0; i < 4; i++) {
            assertThat(blocks.lease(DOMAIN, EAST, "east-" + i)).contains(i);
        }
        assertThat(blocks.lease(DOMAIN, EAST, "east-4")).isEmpty();
        DomainResource large =
                new DomainResource(EAST, RED, List.of(IpPrefix.parse("172.16.0.0/22")), 7, 0, 0, Carrier.VXLAN);
        for (int i = 4; i < 15; i++) {
            assertThat(blocks.lease(large, EAST, "east-" + i)).contains(i);
        }
        assertThat(blocks.lease(large, EAST, "east-15")).isEmpty(); // the last 64 of 1024
    }

    @Test
    void onlyTheHolderReturnsABlock() {
        blocks.lease(DOMAIN, WEST, "west-0");
        cluster.sync();
        assertThatThrownBy(() -> blocks.release(EAST, RED, 0)).hasMessageContaining("not leased by east");
        blocks.release(WEST, RED, 0);
        assertThat(cluster.blocksNow()).isEmpty();
    }

    @Test
    void aReturnedBlocksRequestIsMadeAgain() {
        blocks.create(RED, 0, WEST, "west-0", Optional.of(EAST));
        blocks.create(RED, 5, WEST, "west-2", Optional.of(EAST));
        assertThat(Blocks.nextRequest(WEST, blocks.of("red"))).isEqualTo("west-1");
        assertThat(Blocks.nextRequest(EAST, blocks.of("red"))).isEqualTo("east-0");
    }

    @Test
    void oneBlockIsLeasedAheadInASmallPoolAndTwoInALargeOne() {
        AddressPlan small = AddressPlan.of(List.of(IpPrefix.parse("172.16.0.0/24")));
        AddressPlan large = AddressPlan.of(List.of(IpPrefix.parse("172.16.0.0/16")));
        assertThat(Blocks.needsBlock(small, EAST, List.of(), _ -> 0)).isTrue();
        var one = List.of(Sample.block("red", 0, "east"), Sample.block("red", 1, "west"));
        assertThat(Blocks.needsBlock(small, EAST, one, _ -> 0)).isFalse();
        assertThat(Blocks.needsBlock(small, EAST, one, _ -> 1)).isTrue();
        assertThat(Blocks.needsBlock(large, EAST, one, _ -> 0)).isTrue();
    }
}
