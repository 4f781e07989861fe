package dev.vl3mesh.agent.attach;

import static dev.vl3mesh.agent.attach.Resources.EAST;
import static dev.vl3mesh.agent.attach.Resources.RED;
import static dev.vl3mesh.agent.attach.Resources.SELF;
import static dev.vl3mesh.agent.attach.Resources.addresses;
import static dev.vl3mesh.agent.attach.Resources.local;
import static dev.vl3mesh.agent.attach.Resources.node;
import static dev.vl3mesh.agent.attach.Resources.red;
import static dev.vl3mesh.agent.attach.Resources.remote;
import static org.assertj.core.api.Assertions.assertThat;

import dev.vl3mesh.agent.Seed;
import dev.vl3mesh.agent.carrier.NodeKey;
import dev.vl3mesh.agent.carrier.Peer;
import dev.vl3mesh.agent.carrier.RemoteRoute;
import dev.vl3mesh.agent.state.Change;
import dev.vl3mesh.agent.state.MeshStore;
import dev.vl3mesh.model.address.IpAddress;
import dev.vl3mesh.model.plan.MeshResource;
import dev.vl3mesh.model.plan.MeshResource.NodeResource;
import dev.vl3mesh.model.plan.MeshResource.ServiceResource;
import dev.vl3mesh.model.plan.MeshResource.VirtualResource;
import dev.vl3mesh.model.plan.ResourceKey;
import dev.vl3mesh.model.plan.SnapshotDelta;
import dev.vl3mesh.model.plan.TunnelEnd;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class DomainPlanTest {
    private static final NodeKey FAR = node("west", "n1");

    private final MeshStore store = new MeshStore();
    private final DomainPlan plan = plan();

    private static DomainPlan plan() {
        return new DomainPlan(RED, SELF, addresses("192.0.2.1", "2001:db8::1"));
    }

    @Test
    void routesRemotePodsOnceTheirNodeIsKnown() {
        learn(red(), remote(RED, FAR, "172.16.9.1", "fd00:16::9:1"));
        assertThat(plan.routes()).isEmpty();
        RoomDelta delta = learn(node(RED, FAR, "198.51.100.1"));
        assertThat(plan.routes().keySet()).containsExactlyInAnyOrderElementsOf(addresses("172.16.9.1", "fd00:16::9:1"));
        assertThat(delta.putRoutes()).hasSize(2);
        assertThat(delta.putPeers().values())
                .extracting(Peer::outer)
                .containsExactlyElementsOf(addresses("198.51.100.1"));

        RoomDelta moved = learn(node(RED, FAR, "198.51.100.2"));
        assertThat(moved.putPeers()).hasSize(1);
        assertThat(moved.putRoutes())
                .as("routes do not depend on the outer address")
                .isEmpty();

        RoomDelta gone = drop(node(RED, FAR));
        assertThat(gone.dropRoutes()).hasSize(2);
        assertThat(gone.dropPeers()).containsKey(FAR);
        assertThat(plan.routes()).isEmpty();
    }

    @Test
    void whatANodeSaidOfItsTunnelStaysUntilItSaysOtherwise() {
        TunnelEnd said = new TunnelEnd(Base64.getEncoder().encodeToString(new byte[32]), 51_900);
        TunnelEnd later = new TunnelEnd(said.publicKey(), 51_901);
        learn(red(), node(RED, FAR, "198.51.100.1"));
        assertThat(tunnels()).containsExactly(Optional.empty());
        assertThat(learn(withTunnel(said)).putPeers()).hasSize(1);
        assertThat(learn(node(RED, FAR, "198.51.100.1")).putPeers())
                .as("a control plane that has just started")
                .isEmpty();
        assertThat(tunnels()).containsExactly(Optional.of(said));
        assertThat(learn(withTunnel(later)).putPeers()).hasSize(1);
        assertThat(tunnels()).containsExactly(Optional.of(later));
    }

    private List<Optional<TunnelEnd>> tunnels() {
        return plan.peers().values().stream().map(Peer::tunnel).toList();
    }

    private static NodeResource withTunnel(TunnelEnd tunnel) {
        return new NodeResource(FAR.cluster(), RED, FAR.node(), addresses("198.51.100.1"), Optional.of(tunnel));
    }

    @Test
    void prefersTheSmallerOuterHeaderAndTakesWhatBothNodesHave() {
        learn(red(), node(RED, FAR, "2001:db8::9", "198.51.100.1"));
        assertThat(plan.peers().values()).extracting(Peer::outer).containsExactlyElementsOf(addresses("198.51.100.1"));
        learn(node(RED, FAR, "2001:db8::9"));
        assertThat(plan.peers().values()).extracting(Peer::outer).containsExactlyElementsOf(addresses("2001:db8::9"));
    }

    @Test
    void neverRoutesAwayGatewayServicesOrLocalPods() {
        learn(
                red(),
                node(RED, FAR, "198.51.100.1"),
                local(RED, "web", "172.16.3.7"),
                remote(RED, FAR, "172.16.0.1"),
                remote(RED, FAR, "172.16.3.7"),
                remote(RED, FAR, "172.16.250.1"),
                remote(RED, FAR, "10.0.0.1"));
        assertThat(plan.routes()).isEmpty();
        assertThat(plan.pods()).containsOnlyKeys("uid-web");
        assertThat(plan.isNeeded()).isTrue();
    }

    @Test
    void namesAndVirtualAddressesAreNothingToRoute() {
        RoomDelta delta = learn(
                new ServiceResource(EAST, RED, "shop", "web", false, List.of(), List.of()),
                new VirtualResource(EAST, RED, "shop", "web", addresses("172.16.240.1")));
        assertThat(delta.pods()).isEmpty();
        assertThat(plan.routes()).isEmpty();
    }

    @Test
    void touchesOnlyThePodsThatChange() {
        learn(red(), local(RED, "web", "172.16.3.7"));
        RoomDelta delta = learn(local(RED, "db", "172.16.3.8"));
        assertThat(delta.pods()).containsExactly("uid-db");
        assertThat(drop(local(RED, "web", "172.16.3.7")).pods()).containsExactly("uid-web");
        drop(local(RED, "db", "172.16.3.8"));
        assertThat(plan.isNeeded()).isFalse();
    }

    @Test
    void staysEqualToARebuiltPlanOverManyChanges() {
        Random random = Seed.random("staysEqualToARebuiltPlanOverManyChanges");
        Map<ResourceKey, MeshResource> truth = new TreeMap<>();
        Map<NodeKey, Peer> kernelPeers = new HashMap<>();
        Map<IpAddress, RemoteRoute> kernelRoutes = new HashMap<>();
        for (int step = 0; step < 10_000; step++) {
            MeshResource next = any(random);
            RoomDelta delta;
            if (random.nextInt(3) == 0) {
                truth.remove(next.key());
                delta = drop(next);
            } else {
                truth.put(next.key(), next);
                delta = learn(next);
            }
            kernelPeers.putAll(delta.putPeers());
            kernelPeers.keySet().removeAll(delta.dropPeers().keySet());
            kernelRoutes.putAll(delta.putRoutes());
            kernelRoutes.keySet().removeAll(delta.dropRoutes().keySet());
            if (step % 20 == 0) {
                DomainPlan rebuilt = plan();
                truth.values().forEach(r -> rebuilt.apply(new Change(r.key(), null, r), new RoomDelta()));
                assertThat(plan.routes()).isEqualTo(rebuilt.routes()).isEqualTo(kernelRoutes);
                assertThat(plan.peers()).isEqualTo(rebuilt.peers()).isEqualTo(kernelPeers);
                assertThat(plan.pods()).isEqualTo(rebuilt.pods());
                assertThat(plan.isNeeded()).isEqualTo(rebuilt.isNeeded());
            }
        }
    }

    private static MeshResource any(Random random) {
        NodeKey node =
                random.nextInt(4) == 0 ? SELF : node(random.nextBoolean() ? "east" : "west", "n" + random.nextInt(4));
        return switch (random.nextInt(12)) {
            case 0 -> red();
            case 1, 2, 3 ->
                node(
                        RED,
                        node,
                        random.nextBoolean() ? "198.51.100." + random.nextInt(3) : "2001:db8::" + random.nextInt(3));
            default -> {
                // An address belongs to one pod for life, so that only its place and nobody else's uid varies.
                int host = 2 + random.nextInt(12);
                yield node.equals(SELF) && node.cluster().equals(EAST)
                        ? local(RED, "pod" + host, "172.16.3." + host)
                        : remote(RED, node, "172.16.3." + host);
            }
        };
    }

    private RoomDelta learn(MeshResource... resources) {
        return apply(new SnapshotDelta(List.of(resources), Set.of()));
    }

    private RoomDelta drop(MeshResource resource) {
        return apply(new SnapshotDelta(List.of(), Set.of(resource.key())));
    }

    private RoomDelta apply(SnapshotDelta snapshot) {
        RoomDelta delta = new RoomDelta();
        store.apply(snapshot).forEach(change -> plan.apply(change, delta));
        return delta;
    }
}
