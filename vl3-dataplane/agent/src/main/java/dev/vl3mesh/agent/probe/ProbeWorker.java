package dev.vl3mesh.agent.probe;

import dev.vl3mesh.agent.attach.NodeContext;
import dev.vl3mesh.agent.attach.Room;
import dev.vl3mesh.agent.attach.RoomListener;
import dev.vl3mesh.agent.attach.RoomSpec;
import dev.vl3mesh.agent.carrier.CarrierSpec;
import dev.vl3mesh.agent.carrier.NodeKey;
import dev.vl3mesh.agent.carrier.Peer;
import dev.vl3mesh.model.DomainName;
import dev.vl3mesh.model.address.IpFamily;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.ObjIntConsumer;
import java.util.random.RandomGenerator;
import jdk.net.ExtendedSocketOptions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Owns the thread that probes all peers of all open rooms, through the rooms' own carriers.
public final class ProbeWorker implements RoomListener {
    private static final Logger log = LoggerFactory.getLogger(ProbeWorker.class);

    private static final long MILLI_NANOS = 1_000_000;
    private static final long SECOND_NANOS = 1_000 * MILLI_NANOS;
    /// What is due within this time is done together.
    private static final long GRAIN_NANOS = 10 * MILLI_NANOS;

    private static final long DECIDE_NANOS = 250 * MILLI_NANOS;
    private static final int SOCKET_BUFFER_BYTES = 1 << 20;

    private final ObjIntConsumer<DomainName> mtuListener;
    private final Runnable changeListener;
    private final ProbePace pace;
    private final Selector selector;
    private final Thread thread;
    private final RandomGenerator random = new SecureRandom();
    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    /// Belongs to the thread that changes rooms.
    private final Map<DomainName, DatagramChannel> channels = new HashMap<>();

    private final Map<DomainName, DomainProbes> domains = new TreeMap<>();
    private final Map<DomainName, Integer> told = new HashMap<>();
    private final Map<DomainName, String> alarms = new ConcurrentHashMap<>();
    private final Set<String> unreachable = new HashSet<>();
    private final Map<String, Integer> fits = new HashMap<>();
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(ProbeMessage.BYTES_MAX);
    private volatile List<PathView> views = List.of();
    private volatile boolean running = true;

    /// @param mtuListener takes each domain's newly measured MTU, in bytes of an inner packet; 0 where there
    ///     is nobody to measure to
    /// @param changeListener hears when a peer becomes reachable or is not any more, or its path changes
    /// @param fatal gets what should never be thrown; the thread is dead then
    /// @throws IOException if there is no selector
    public ProbeWorker(
            ProbePace pace,
            ObjIntConsumer<DomainName> mtuListener,
            Runnable changeListener,
            Thread.UncaughtExceptionHandler fatal)
            throws IOException {
        this.pace = pace;
        this.mtuListener = mtuListener;
        this.changeListener = changeListener;
        this.selector = Selector.open();
        this.thread = Thread.ofPlatform()
                .name("vl3-probe")
                .daemon()
                .uncaughtExceptionHandler(fatal)
                .unstarted(this::run);
    }

    /// Starts the thread.
    public void start() {
        thread.start();
    }

    /// Ends the thread and closes its sockets.
    public void stop() throws InterruptedException {
        running = false;
        selector.wakeup();
        thread.join();
    }

    /// What probes saw last, by domain and peer.
    public List<PathView> views() {
        return views;
    }

    /// Domains with a path on which not even the smallest MTU fits, and what to do.
    public Map<DomainName, String> alarms() {
        return Map.copyOf(alarms);
    }

    @Override
    public void opened(RoomSpec spec, Room room, Collection<Peer> peers) {
        Map<IpFamily, Integer> links = new EnumMap<>(IpFamily.class);
        for (CarrierSpec.End end : spec.ends()) {
            links.put(end.outer().family(), room.carrierLink(end.outer().family()));
        }
        List<Peer> copy = List.copyOf(peers);
        DatagramChannel open = channels.get(spec.domain());
        if (open == null) {
            try {
                DatagramChannel channel = room.inside(ProbeWorker::open);
                channels.put(spec.domain(), channel);
                submit(() -> begin(new DomainProbes(spec, channel, links, pace, random)));
            } catch (IOException e) {
                log.error("probes in {}: {}; paths to peers are not measured", spec.name(), e.getMessage());
                return;
            }
        }
        submit(() -> {
            DomainProbes probes = domains.get(spec.domain());
            if (probes != null) {
                probes.change(spec, links, copy, System.nanoTime());
            }
        });
    }

    private static DatagramChannel open() throws IOException {
        DatagramChannel channel = DatagramChannel.open(StandardProtocolFamily.INET6);
        try {
            channel.configureBlocking(false);
            channel.setOption(ExtendedSocketOptions.IP_DONTFRAGMENT, true);
            channel.setOption(StandardSocketOptions.SO_SNDBUF, SOCKET_BUFFER_BYTES);
            channel.bind(new InetSocketAddress("::", Room.PROBE_PORT));
            return channel;
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    private void begin(DomainProbes probes) {
        try {
            probes.channel().register(selector, SelectionKey.OP_READ, probes);
            domains.put(probes.domain(), probes);
        } catch (IOException e) {
            log.error("probes of {}: {}; paths to peers are not measured", probes.domain(), e.getMessage());
        }
    }

    @Override
    public void peersChanged(DomainName domain, Collection<Peer> peers) {
        List<Peer> copy = List.copyOf(peers);
        submit(() -> {
            DomainProbes probes = domains.get(domain);
            if (probes != null) {
                probes.change(copy, System.nanoTime());
            }
        });
    }

    @Override
    public void closed(DomainName domain) {
        DatagramChannel channel = channels.remove(domain);
        if (channel == null) {
            return;
        }
        submit(() -> {
            domains.remove(domain);
            told.remove(domain);
            alarms.remove(domain);
            close(channel);
        });
    }

    private static void close(DatagramChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            log.debug("probe close", e);
        }
    }

    private void submit(Runnable task) {
        tasks.add(task);
        selector.wakeup();
    }

    private void run() {
        long dueNanos = System.nanoTime();
        long decideNanos = dueNanos;
        while (running) {
            try {
                long waitNanos = Math.max(0, Math.min(dueNanos, decideNanos) - System.nanoTime());
                if (waitNanos < MILLI_NANOS) {
                    selector.selectNow(this::receive);
                } else {
                    selector.select(this::receive, waitNanos / MILLI_NANOS);
                }
            } catch (IOException e) {
                throw new IllegalStateException("probe selector", e);
            }
            for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
                task.run();
                dueNanos = System.nanoTime();
            }
            long nowNanos = System.nanoTime();
            if (dueNanos - nowNanos <= 0) {
                dueNanos = tick(nowNanos);
            }
            if (decideNanos - nowNanos <= 0) {
                decide(nowNanos);
                decideNanos = nowNanos + DECIDE_NANOS;
            }
        }
        domains.values().forEach(probes -> close(probes.channel()));
    }

    private void receive(SelectionKey key) {
        DomainProbes probes = (DomainProbes) key.attachment();
        try {
            probes.receive(buffer);
        } catch (IOException e) {
            log.debug("{}: probe receive: {}", probes.domain(), e.getMessage());
        }
    }

    private long tick(long nowNanos) {
        long next = nowNanos + SECOND_NANOS;
        for (DomainProbes probes : domains.values()) {
            next = Math.min(next, probes.tick(nowNanos, buffer));
        }
        return Math.max(next, nowNanos + GRAIN_NANOS);
    }

    private void decide(long nowNanos) {
        List<PathView> all = new ArrayList<>();
        for (DomainProbes probes : domains.values()) {
            all.addAll(probes.views());
            DomainMtu.Measured measured = probes.measured(nowNanos);
            alarm(probes.domain(), measured);
            int mtu = probes.decide(measured, nowNanos);
            Integer last = told.put(probes.domain(), mtu);
            if (last == null ? mtu != 0 : last != mtu) {
                mtuListener.accept(probes.domain(), mtu);
            }
        }
        all.sort(Comparator.comparing(PathView::domain)
                .thenComparing(view -> view.peer().node()));
        views = List.copyOf(all);
        if (noticed(all)) {
            changeListener.run();
        }
    }

    private void alarm(DomainName domain, DomainMtu.Measured measured) {
        if (measured.isTooSmall()) {
            String text = "the underlay is too small: a path carries inner packets of " + measured.least() + " bytes, "
                    + NodeContext.MTU_MIN
                    + " are needed; packets in between get lost. Give the nodes' network a larger MTU";
            if (!text.equals(alarms.put(domain, text))) {
                log.error("{}: {}", domain, text);
                changeListener.run();
            }
        } else if (alarms.remove(domain) != null) {
            log.info("{}: the underlay is large enough again: {} bytes", domain, measured.least());
            changeListener.run();
        }
    }

    /// Logs what changed on a path, once.
    private boolean noticed(List<PathView> all) {
        boolean changed = false;
        Set<String> present = new HashSet<>();
        for (PathView view : all) {
            NodeKey node = view.peer().node();
            String path = view.domain() + " to " + node;
            present.add(path);
            if (view.reachable() ? unreachable.remove(path) : view.sent() > 2 && unreachable.add(path)) {
                changed = true;
                if (view.reachable()) {
                    log.info("{}: answers again", path);
                } else {
                    log.warn("{}: three probes in a row were not answered", path);
                }
            }
            Integer before = view.pathMtu() == 0 ? null : fits.put(path, view.pathMtu());
            if (before != null && before != view.pathMtu()) {
                changed = true;
                log.warn("{}: inner packets of {} bytes fit now, {} before", path, view.pathMtu(), before);
            }
        }
        unreachable.retainAll(present);
        fits.keySet().retainAll(present);
        return changed;
    }
}
