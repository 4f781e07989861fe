package dev.vl3mesh.agent;

import dev.vl3mesh.agent.attach.KernelRooms;
import dev.vl3mesh.agent.attach.KernelUnderlay;
import dev.vl3mesh.agent.attach.NodeContext;
import dev.vl3mesh.agent.attach.NodeStatus;
import dev.vl3mesh.agent.attach.NodeWorker;
import dev.vl3mesh.agent.attach.RoomListeners;
import dev.vl3mesh.agent.carrier.NodeKey;
import dev.vl3mesh.agent.config.AgentConfig;
import dev.vl3mesh.agent.config.ControlWorker;
import dev.vl3mesh.agent.config.ResourceSink;
import dev.vl3mesh.agent.cri.CriClient;
import dev.vl3mesh.agent.cri.CriWorker;
import dev.vl3mesh.agent.dns.DnsCounters;
import dev.vl3mesh.agent.dns.DnsRooms;
import dev.vl3mesh.agent.dns.DnsServer;
import dev.vl3mesh.agent.dns.Zones;
import dev.vl3mesh.agent.nri.NriWorker;
import dev.vl3mesh.agent.observe.AgentMetrics;
import dev.vl3mesh.agent.observe.Connections;
import dev.vl3mesh.agent.observe.HttpStatus;
import dev.vl3mesh.agent.observe.NodeObserver;
import dev.vl3mesh.agent.observe.StatusJson;
import dev.vl3mesh.agent.probe.ProbePace;
import dev.vl3mesh.agent.probe.ProbeWorker;
import dev.vl3mesh.agent.relay.MeshDirectory;
import dev.vl3mesh.agent.relay.RelayWorker;
import dev.vl3mesh.agent.state.JournalWorker;
import dev.vl3mesh.agent.state.ResourceJournal;
import dev.vl3mesh.agent.wireguard.NodeSecret;
import dev.vl3mesh.agent.wireguard.WireGuardDevices;
import dev.vl3mesh.linux.netlink.RouteClient;
import dev.vl3mesh.linux.netns.NetworkNamespace;
import dev.vl3mesh.linux.netns.NodeMounts;
import dev.vl3mesh.model.DomainName;
import dev.vl3mesh.model.plan.MeshResource;
import dev.vl3mesh.model.plan.SnapshotDelta;
import io.grpc.Channel;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/// All parts of one agent, put together. The single writer in the middle is the [NodeWorker]: the runtime
/// and the control plane hand it what they know, the rooms get what follows.
final class Agent {
    private final ResourceJournal journal;
    private final JournalWorker journalWorker;
    private final EventLoopGroup network;
    private final DnsServer dns;
    private final ProbeWorker probes;
    private final NodeWorker node;
    private final NriWorker nri;
    private final CriClient criClient;
    private final CriWorker cri;
    private final ControlWorker control;
    private final RelayWorker relays;
    private final HttpStatus http;
    private final boolean withNri;

    /// Opens everything; nothing runs yet.
    ///
    /// @param fatal gets what breaks the single writer
    /// @throws IOException if the state can't be read or the HTTP port is taken
    Agent(AgentConfig config, Thread.UncaughtExceptionHandler fatal) throws IOException {
        journal = ResourceJournal.open(config.stateFolder().resolve("resources"));
        journalWorker = new JournalWorker(journal);
        network = new NioEventLoopGroup(1, new DefaultThreadFactory("vl3-network", true));

        Zones zones = new Zones();
        DnsCounters dnsCounters = new DnsCounters();
        dns = new DnsServer(network.next(), zones, config.clusterDns(), dnsCounters);
        probes = new ProbeWorker(ProbePace.CALM, this::measured, this::reportSoon, fatal);
        NodeObserver observer = new NodeObserver(this::status, probes::views, probes::alarms, System::nanoTime);
        NetworkNamespace hostNamespace = NetworkNamespace.own();
        RouteClient host = RouteClient.open(hostNamespace);
        KernelUnderlay underlay = new KernelUnderlay(host);
        NodeMounts mounts = NodeMounts.ofProcess(NodeMounts.serverOf(config.criSocket()));
        NodeKey self = new NodeKey(config.cluster(), config.node());
        MeshDirectory meshes = new MeshDirectory();
        relays = new RelayWorker(self, meshes, this::controlChannel);
        NodeContext context = new NodeContext(
                self,
                config.outer(),
                new KernelRooms(
                        mounts,
                        host,
                        config.vxlanPort(),
                        new WireGuardDevices(
                                self,
                                NodeSecret.in(config.stateFolder().resolve("wireguard.secret")),
                                mounts,
                                hostNamespace,
                                config.wireguardPort())),
                new RoomListeners(List.of(new DnsRooms(dns), relays, probes, observer)),
                underlay);
        node = new NodeWorker(
                context,
                changes -> {
                    zones.apply(changes);
                    meshes.apply(changes);
                },
                _ -> reportSoon(),
                fatal);

        Collection<MeshResource> known = journal.resources();
        node.learn(new SnapshotDelta(List.copyOf(known), Set.of()));
        control = new ControlWorker(config, sink(), known, observer::report);
        withNri = config.nri();
        nri = new NriWorker(config.nriSocket(), "vl3mesh", "90", node);
        criClient = new CriClient(config.criSocket(), network);
        cri = new CriWorker(criClient, node, () -> !nri.isConnected() || status().missing());
        Supplier<String> metrics = AgentMetrics.onDemand(observer, dnsCounters, nri.hookTimes(), connections());
        StatusJson status = new StatusJson(self, observer, connections());
        http = new HttpStatus(config.httpPort(), config.metricsAddress(), node::isResponsive, metrics, status::write);
    }

    private NodeStatus status() {
        return node.status();
    }

    private void reportSoon() {
        control.reportSoon();
    }

    private Optional<Channel> controlChannel() {
        return control.channel();
    }

    private void measured(DomainName domain, int mtu) {
        node.measured(domain, mtu);
    }

    private Connections connections() {
        return new Connections() {
            @Override
            public boolean control() {
                return control.isConnected();
            }

            @Override
            public long snapshotAgeMillis() {
                return control.snapshotAgeMillis();
            }

            @Override
            public Optional<Instant> certificateEnd() {
                return control.certificateEnd();
            }

            @Override
            public boolean nri() {
                return nri.isConnected();
            }
        };
    }

    private ResourceSink sink() {
        return new ResourceSink() {
            @Override
            public void learn(SnapshotDelta delta) {
                node.learn(delta);
                journalWorker.offer(delta);
            }

            @Override
            public void complete() {
                node.complete();
            }
        };
    }

    /// Starts all threads: first those that act, then those that bring something to act on.
    void start() {
        journalWorker.start();
        probes.start();
        relays.start();
        node.start();
        control.start();
        if (withNri) {
            nri.start();
        }
        cri.start();
        http.start();
    }

    /// Ends all threads, in the opposite order. The rooms stay as they are.
    void stop() throws InterruptedException {
        http.stop();
        cri.stop();
        criClient.close();
        if (withNri) {
            nri.stop();
        }
        control.stop();
        relays.stop();
        node.stop();
        probes.stop();
        journalWorker.stop();
        dns.close();
        var _ = network.shutdownGracefully();
    }
}
