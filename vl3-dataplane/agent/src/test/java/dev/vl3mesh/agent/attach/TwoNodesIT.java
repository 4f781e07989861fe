package dev.vl3mesh.agent.attach;

import static dev.vl3mesh.agent.attach.Resources.RED;
import static dev.vl3mesh.agent.attach.Resources.SELF;
import static dev.vl3mesh.agent.attach.Resources.addresses;
import static dev.vl3mesh.agent.attach.Resources.node;
import static dev.vl3mesh.agent.attach.Resources.put;
import static dev.vl3mesh.agent.attach.Resources.red;
import static org.assertj.core.api.Assertions.assertThat;

import dev.vl3mesh.agent.carrier.NodeKey;
import dev.vl3mesh.agent.carrier.Peer;
import dev.vl3mesh.agent.state.Sandbox;
import dev.vl3mesh.linux.netlink.RouteClient;
import dev.vl3mesh.model.DomainName;
import dev.vl3mesh.model.plan.MeshResource;
import dev.vl3mesh.model.plan.MeshResource.AttachmentResource;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Two nodes, real namespaces, the kernel's VXLAN between them:
///
/// ```
///   pod a ─┐                                            ┌─ pod b
///   pod c ─┴ room vl3-red ─ vxlan4 ~ host1 ── host2 ~ vxlan4 ─ room vl3-red
/// ```
class TwoNodesIT {
    private static final NodeKey FAR = node("west", "n1");

    private TestNode left;
    private TestNode right;
    private NodeAttacher leftAgent;
    private NodeAttacher rightAgent;
    private RouteClient leftHost;
    private RouteClient rightHost;

    @BeforeEach
    void up() throws Exception {
        left = new TestNode(SELF);
        right = new TestNode(FAR);
        TestNode.connect(left, right, 1500);
        leftHost = RouteClient.open(left.host);
        rightHost = RouteClient.open(right.host);
        leftAgent = agent(left, leftHost, "192.0.2.1");
        rightAgent = agent(right, rightHost, "192.0.2.2");
        MeshResource[] all = {
            red(),
            node(RED, SELF, "192.0.2.1"),
            node(RED, FAR, "192.0.2.2"),
            attachment(SELF, "a", "172.16.3.7", "fd00:16::3:7"),
            attachment(SELF, "c", "172.16.3.8", "fd00:16::3:8"),
            attachment(FAR, "b", "172.16.9.1", "fd00:16::9:1")
        };
        for (NodeAttacher agent : List.of(leftAgent, rightAgent)) {
            agent.handle(List.of(new NodeEvent.Learnt(put(all)), new NodeEvent.Complete()));
        }
        start(leftAgent, left.pod("a", RED));
        start(leftAgent, left.pod("c", RED));
        start(rightAgent, right.pod("b", RED));
    }

    @AfterEach
    void down() {
        leftAgent.release();
        rightAgent.release();
        leftHost.close();
        rightHost.close();
        left.close();
        right.close();
    }

    private static NodeAttacher agent(TestNode node, RouteClient host, String... outer) {
        KernelUnderlay underlay = new KernelUnderlay(host);
        KernelRooms rooms = new KernelRooms(node.mounts, host, underlay, 4790);
        RoomListener silent = new RoomListener() {
            @Override
            public void opened(RoomSpec spec, Room room, Collection<Peer> peers) {}

            @Override
            public void peersChanged(DomainName domain, Collection<Peer> peers) {}

            @Override
            public void closed(DomainName domain) {}
        };
        return new NodeAttacher(new NodeContext(node.key, addresses(outer), rooms, silent, underlay), _ -> {});
    }

    private static AttachmentResource attachment(NodeKey node, String pod, String... addresses) {
        return new AttachmentResource(
                node.cluster(),
                RED,
                addresses(addresses),
                node.node(),
                "shop",
                pod,
                Optional.of("uid-" + pod),
                "default",
                true);
    }

    private static void start(NodeAttacher agent, Sandbox sandbox) {
        CompletableFuture<Void> settled = new CompletableFuture<>();
        agent.handle(List.of(new NodeEvent.SandboxStarted(sandbox, System.nanoTime(), settled)));
        assertThat(settled).isCompleted();
        assertThat(agent.status(0).pods())
                .filteredOn(pod -> pod.podUid().equals(sandbox.podUid()))
                .extracting(NodeStatus.Pod::problem)
                .containsExactly("");
    }

    @Test
    void podsReachEachOtherOnOneNodeAndOverTwo() {
        for (String target :
                List.of("172.16.3.8", "fd00:16::3:8", "172.16.9.1", "fd00:16::9:1", "172.16.0.1", "fd00:16::1")) {
            left.run(left.podNamespace("a"), "ping", "-c", "1", "-W", "2", target);
        }
        for (String target : List.of("172.16.3.7", "fd00:16::3:7", "172.16.3.8", "172.16.0.1")) {
            right.run(right.podNamespace("b"), "ping", "-c", "1", "-W", "2", target);
        }
    }
}
