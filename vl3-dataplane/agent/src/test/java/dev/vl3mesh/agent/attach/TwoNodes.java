package dev.vl3mesh.agent.attach;

import static dev.vl3mesh.agent.attach.Resources.addresses;
import static org.assertj.core.api.Assertions.assertThat;

import dev.vl3mesh.agent.carrier.NodeKey;
import dev.vl3mesh.agent.probe.ProbePace;
import dev.vl3mesh.agent.probe.ProbeWorker;
import dev.vl3mesh.agent.state.Change;
import dev.vl3mesh.agent.state.Sandbox;
import dev.vl3mesh.agent.wireguard.NodeSecret;
import dev.vl3mesh.agent.wireguard.WireGuardDevices;
import dev.vl3mesh.linux.netlink.RouteClient;
import dev.vl3mesh.linux.netns.NetworkNamespace;
import dev.vl3mesh.model.Carrier;
import dev.vl3mesh.model.DomainName;
import dev.vl3mesh.model.plan.MeshResource;
import dev.vl3mesh.model.plan.MeshResource.AttachmentResource;
import dev.vl3mesh.model.plan.MeshResource.NodeResource;
import dev.vl3mesh.model.plan.SnapshotDelta;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Two nodes of two clusters, each with the core of an agent, joined by a cable:
///
/// ```
///   pods ─ room ─ vxlan4 ~ host east/n1 ── cable ── host west/n1 ~ vxlan4 ─ room ─ pods
///                      192.0.2.1                          192.0.2.2
///                      2001:db8::1                        2001:db8::2
/// ```
public final class TwoNodes implements AutoCloseable {
    public static final NodeKey FAR = Resources.node("west", "n1");

    public final Side left;
    public final Side right;
    private @Nullable NetworkNamespace router;
    private final List<MeshResource> resources = new ArrayList<>();

    /// One node and its agent.
    public static final class Side implements AutoCloseable {
        public final TestNode node;
        public final RouteClient host;
        public final List<String> outer;
        /// MTUs that probes found and the agent has not taken yet.
        public final Queue<NodeEvent> measured = new ConcurrentLinkedQueue<>();

        public final List<Sandbox> sandboxes = new ArrayList<>();
        /// Those that are open.
        final OpenRooms rooms = new OpenRooms();
        private final NodeSecret secret;

        public RoomListener listener = new RoomListeners(List.of());
        public Consumer<List<Change>> changes = _ -> {};
        public NodeAttacher agent;

        Side(NodeKey key, List<String> outer) throws IOException, InterruptedException {
            this.node = new TestNode(key);
            this.outer = outer;
            this.host = RouteClient.open(node.host);
            this.secret = NodeSecret.in(Files.createTempDirectory("state").resolve("secret"));
            this.agent = agent();
        }

        /// An agent that knows nothing yet.
        public NodeAttacher agent() {
            KernelUnderlay underlay = new KernelUnderlay(host);
            WireGuardDevices tunnels = new WireGuardDevices(node.key, secret, node.mounts, node.host, 51_900);
            KernelRooms kernel = new KernelRooms(node.mounts, host, 4790, tunnels);
            return new NodeAttacher(
                    new NodeContext(
                            node.key, addresses(outer.toArray(String[]::new)), kernel, new Forwarding(this), underlay),
                    batch -> changes.accept(batch));
        }

        /// Probes from now on, with every room that is opened later.
        public ProbeWorker probe(ProbePace pace) throws IOException {
            ProbeWorker worker = new ProbeWorker(
                    pace,
                    (domain, mtu) -> measured.add(new NodeEvent.Measured(domain, mtu)),
                    () -> {},
                    (_, failure) -> {
                        throw new AssertionError(failure);
                    });
            listener = new RoomListeners(List.of(worker));
            agent = agent();
            worker.start();
            return worker;
        }

        /// Lets the agent's thread come round: it takes what was measured, and looks at the underlay.
        public void turn() {
            for (NodeEvent event = measured.poll(); event != null; event = measured.poll()) {
                agent.handle(List.of(event));
            }
            agent.tick(System.nanoTime());
        }

        /// Runs a pod.
        public Sandbox start(String pod, DomainName... expected) {
            Sandbox sandbox = node.pod(pod, expected);
            sandboxes.add(sandbox);
            CompletableFuture<Void> settled = new CompletableFuture<>();
            agent.handle(List.of(new NodeEvent.SandboxStarted(sandbox, System.nanoTime(), settled)));
            assertThat(settled).isCompleted();
            assertThat(agent.status(0).pods())
                    .filteredOn(attached -> attached.podUid().equals(sandbox.podUid()))
                    .hasSize(expected.length)
                    .extracting(NodeStatus.Pod::problem)
                    .containsOnly("");
            return sandbox;
        }

        /// Runs a command in a pod.
        public String in(String pod, String... command) {
            return node.run(node.podNamespace(pod), command);
        }

        /// Whether a pod gets an answer to a ping within a second.
        public boolean pings(String pod, String target, String... options) {
            List<String> command = new ArrayList<>(List.of("ping", "-c", "1", "-W", "1"));
            command.addAll(List.of(options));
            command.add(target);
            return node.attempt(node.podNamespace(pod), command.toArray(String[]::new))
                            .exit()
                    == 0;
        }

        @Override
        public void close() {
            agent.release();
            host.close();
            node.close();
        }
    }

    public TwoNodes(int underlayMtu) throws IOException, InterruptedException {
        this(underlayMtu, List.of("192.0.2.1"), List.of("192.0.2.2"));
    }

    public TwoNodes(int underlayMtu, List<String> leftOuter, List<String> rightOuter)
            throws IOException, InterruptedException {
        left = new Side(Resources.SELF, leftOuter);
        right = new Side(FAR, rightOuter);
        TestNode.connect(left.node, right.node, underlayMtu);
    }

    private TwoNodes(boolean v6, int underlayMtu) throws IOException, InterruptedException {
        left = new Side(Resources.SELF, List.of(v6 ? "2001:db8::1" : "192.0.2.1"));
        right = new Side(FAR, List.of(v6 ? "2001:db8:1::2" : "198.51.100.2"));
        router = TestNode.connectByRouter(left.node, right.node, underlayMtu);
    }

    /// Two nodes with a router between them.
    ///
    /// @param v6 whether the underlay is IPv6, instead of IPv4
    public static TwoNodes routed(boolean v6, int underlayMtu) throws IOException, InterruptedException {
        return new TwoNodes(v6, underlayMtu);
    }

    /// The router between the nodes, where there is one.
    public NetworkNamespace router() {
        return Objects.requireNonNull(router);
    }

    /// Publishes a domain with both nodes in it.
    public void publish(MeshResource.DomainResource domain) {
        publish(domain, node(left, domain.domain()), node(right, domain.domain()));
    }

    private static NodeResource node(Side side, DomainName domain) {
        return new NodeResource(
                side.node.key.cluster(),
                domain,
                side.node.key.node(),
                addresses(side.outer.toArray(String[]::new)),
                side.rooms.find(domain).flatMap(Room::tunnel));
    }

    /// Publishes red with pod a on the left and b on the right, and runs them.
    public void publishPair(Carrier carrier) {
        publish(Resources.red(carrier));
        publish(
                attachment(left, Resources.RED, "a", "172.16.3.7", "fd00:16::3:7"),
                attachment(right, Resources.RED, "b", "172.16.9.1", "fd00:16::9:1"));
        left.start("a", Resources.RED);
        right.start("b", Resources.RED);
        introduce(Resources.RED);
    }

    /// Tells each side how the other one encrypts, as the control plane does when it has heard it.
    public void introduce(DomainName domain) {
        publish(node(left, domain), node(right, domain));
    }

    /// Tells both agents.
    public void publish(MeshResource... more) {
        resources.addAll(List.of(more));
        for (Side side : List.of(left, right)) {
            side.agent.handle(List.of(
                    new NodeEvent.Learnt(new SnapshotDelta(List.of(more), Set.of())), new NodeEvent.Complete()));
        }
    }

    /// An attachment on one side.
    public static AttachmentResource attachment(Side side, DomainName domain, String pod, String... addresses) {
        return new AttachmentResource(
                side.node.key.cluster(),
                domain,
                addresses(addresses),
                side.node.key.node(),
                "shop",
                pod,
                Optional.of("uid-" + pod),
                "default",
                true);
    }

    /// Everything that was published.
    public SnapshotDelta everything() {
        return new SnapshotDelta(resources, Set.of());
    }

    @Override
    public void close() {
        left.close();
        right.close();
        if (router != null) {
            router.close();
        }
    }
}
