package dev.vl3mesh.agent.wireguard;

import dev.vl3mesh.linux.LinuxException;
import dev.vl3mesh.linux.netns.NetworkNamespace;
import dev.vl3mesh.linux.tun.TunDevice;
import dev.vl3mesh.model.address.IpPrefix;
import dev.vl3mesh.tunnel.DropReason;
import dev.vl3mesh.tunnel.PeerSpec;
import dev.vl3mesh.tunnel.Tunnel;
import dev.vl3mesh.tunnel.TunnelIdentity;
import dev.vl3mesh.tunnel.TunnelKey;
import dev.vl3mesh.tunnel.TunnelPort;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import jdk.net.ExtendedSocketOptions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A WireGuard device in this process: an interface in one network namespace, a socket in another one, and the tunnel
/// between them. One thread carries what the kernel sends, another one what comes from the network and what is due.
public final class WireGuardDevice implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(WireGuardDevice.class);
    private static final int MESSAGE_BYTES_MAX = 65_535;
    private static final long ENDING_MILLIS = 2_000;

    private final TunnelIdentity self;
    private final Tunnel tunnel;
    private final TunDevice device;
    private final DatagramChannel socket;
    private final Selector selector;
    private final ReentrantLock lock = new ReentrantLock();
    private final TunnelPort port = new Port();
    private final long startNanos = System.nanoTime();
    private final Thread fromKernel;
    private final Thread fromNetwork;
    private volatile boolean ending;
    /// Until when what comes from the network is waited for, at most; guarded by the lock.
    private long waitsUntil;

    private WireGuardDevice(TunnelIdentity self, TunDevice device, DatagramChannel socket) throws IOException {
        this.self = self;
        this.tunnel = new Tunnel(self, new SecureRandom(), Instant.now());
        this.device = device;
        this.socket = socket;
        this.selector = Selector.open();
        socket.configureBlocking(false).register(selector, SelectionKey.OP_READ);
        this.fromKernel = Thread.ofPlatform().name("wg-out " + device.name()).unstarted(this::carryOut);
        this.fromNetwork = Thread.ofPlatform().name("wg-in " + device.name()).unstarted(this::carryIn);
    }

    /// Makes a device without peers; the interface is down, and has no address.
    ///
    /// @param name of the interface
    /// @param inside where the interface is
    /// @param outside where the socket is
    /// @param listen address and port of the socket
    ///
    /// @throws LinuxException if the kernel refuses the interface
    /// @throws IOException if the port is taken
    public static WireGuardDevice open(
            TunnelIdentity self,
            String name,
            NetworkNamespace inside,
            NetworkNamespace outside,
            InetSocketAddress listen)
            throws IOException {
        return open(self, TunDevice.create(name, inside), outside, listen);
    }

    /// Makes a device without peers whose interface stays when it is closed, or takes the one that stayed.
    ///
    /// @param tun `/dev/net/tun`, as this process sees it
    ///
    /// @throws LinuxException if the kernel refuses the interface
    /// @throws IOException if the port is taken
    public static WireGuardDevice attach(
            TunnelIdentity self,
            String name,
            NetworkNamespace inside,
            Path tun,
            NetworkNamespace outside,
            InetSocketAddress listen)
            throws IOException {
        return open(self, TunDevice.attach(name, inside, tun), outside, listen);
    }

    private static WireGuardDevice open(
            TunnelIdentity self, TunDevice device, NetworkNamespace outside, InetSocketAddress listen)
            throws IOException {
        try {
            DatagramChannel socket = outside.call(DatagramChannel::open);
            try {
                socket.setOption(ExtendedSocketOptions.IP_DONTFRAGMENT, true);
                socket.bind(listen);
                WireGuardDevice made = new WireGuardDevice(self, device, socket);
                made.fromKernel.start();
                made.fromNetwork.start();
                return made;
            } catch (IOException | RuntimeException e) {
                socket.close();
                throw e;
            }
        } catch (IOException | RuntimeException e) {
            device.close();
            throw e;
        }
    }

    /// By which peers know this device.
    public TunnelKey publicKey() {
        return self.publicKey();
    }

    /// Where it listens, UDP.
    public int port() {
        return socket.socket().getLocalPort();
    }

    private long now() {
        return System.nanoTime() - startNanos;
    }

    private <T> T locked(Supplier<T> call) {
        lock.lock();
        try {
            return call.get();
        } finally {
            lock.unlock();
        }
    }

    /// Adds a peer, or replaces one of the same key.
    public void add(PeerSpec peer) {
        change(() -> tunnel.add(peer, now()));
        selector.wakeup();
    }

    /// Takes a peer away, if there is one of the key.
    public void remove(TunnelKey peer) {
        change(() -> tunnel.remove(peer));
    }

    /// Gives a prefix to a peer, whoever had it before.
    ///
    /// @throws IllegalArgumentException if there is no such peer
    public void allow(TunnelKey peer, IpPrefix prefix) {
        change(() -> tunnel.allow(peer, prefix));
    }

    /// Takes a prefix from a peer.
    ///
    /// @throws IllegalArgumentException if there is no such peer
    public void forbid(TunnelKey peer, IpPrefix prefix) {
        change(() -> tunnel.forbid(peer, prefix));
    }

    /// Says where a peer is now. Its sessions go on.
    ///
    /// @throws IllegalArgumentException if there is no such peer
    public void move(TunnelKey peer, InetSocketAddress endpoint) {
        change(() -> tunnel.move(peer, endpoint));
    }

    private void change(Runnable change) {
        lock.lock();
        try {
            change.run();
        } finally {
            lock.unlock();
        }
    }

    /// Whether packets to a peer pass now.
    public boolean isConnected(TunnelKey peer) {
        return locked(() -> tunnel.isConnected(peer, now()));
    }

    /// What was dropped, by reason.
    public Map<DropReason, Long> drops() {
        return locked(tunnel::drops);
    }

    /// Called with the lock held.
    private final class Port implements TunnelPort {
        @Override
        public void transmit(ByteBuffer message, InetSocketAddress to) {
            try {
                socket.send(message, to);
            } catch (IOException e) {
                LOG.debug("{}: sending to {}: {}", device.name(), to, e.getMessage()); // as if it were lost
            }
        }

        @Override
        public void deliver(ByteBuffer packet) {
            device.write(packet);
        }
    }

    private void carryOut() {
        try {
            for (ByteBuffer packet = device.read(); packet.hasRemaining(); packet = device.read()) {
                if (sentEarlierIsDue(packet)) {
                    selector.wakeup();
                }
            }
        } catch (LinuxException e) {
            LOG.warn("{}: the interface is gone: {}", device.name(), e.getMessage());
        }
    }

    /// Sends a packet. Returns whether something is due earlier than the other thread looks.
    private boolean sentEarlierIsDue(ByteBuffer packet) {
        lock.lock();
        try {
            return tunnel.send(packet, now(), port) < waitsUntil;
        } finally {
            lock.unlock();
        }
    }

    private void carryIn() {
        ByteBuffer message = ByteBuffer.allocateDirect(MESSAGE_BYTES_MAX);
        try {
            while (!ending) {
                long due = locked(() -> waitsUntil = tunnel.dueAt());
                long wait = due == Long.MAX_VALUE ? 0 : Math.max(1, TimeUnit.NANOSECONDS.toMillis(due - now()) + 1);
                selector.select(wait);
                selector.selectedKeys().clear();
                lock.lock();
                try {
                    for (var from = socket.receive(message.clear());
                            from != null;
                            from = socket.receive(message.clear())) {
                        tunnel.receive(message.flip(), (InetSocketAddress) from, now(), port);
                    }
                    tunnel.tick(now(), port);
                } finally {
                    lock.unlock();
                }
            }
        } catch (ClosedChannelException e) {
            LOG.debug("{}: closed", device.name());
        } catch (IOException e) {
            LOG.warn("{}: the socket fails: {}", device.name(), e.getMessage());
        }
    }

    @Override
    public void close() {
        ending = true;
        device.end();
        selector.wakeup();
        try {
            fromKernel.join(ENDING_MILLIS);
            fromNetwork.join(ENDING_MILLIS);
            selector.close();
            socket.close();
        } catch (IOException e) {
            LOG.debug("{}: closing: {}", device.name(), e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        device.close();
    }
}
