package dev.vl3mesh.tunnel;

import dev.vl3mesh.model.address.IpPrefix;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/// Two tunnels and a network between them, in a time of their own: `a` has 10.0.0.1, `b` has 10.0.0.2.
final class Ends {
    static final long SECOND = Duration.ofSeconds(1).toNanos();
    static final String A = "10.0.0.1";
    static final String B = "10.0.0.2";

    private static final Instant EPOCH = Instant.parse("2026-01-01T00:00:00Z");

    /// One of them.
    final class End implements TunnelPort {
        final TunnelIdentity identity;
        final Tunnel tunnel;
        final Deque<byte[]> sent = new ArrayDeque<>();
        final List<ByteBuffer> delivered = new ArrayList<>();
        InetSocketAddress address;
        int messages;

        End(String host, long seed) {
            SplittableRandom random = new SplittableRandom(seed);
            identity = TunnelIdentity.create(random);
            tunnel = new Tunnel(identity, random, EPOCH);
            address = address(host);
        }

        void add(End other, String allowed, TunnelKey preshared, Duration keepalive) {
            tunnel.add(
                    new PeerSpec(
                            other.identity.publicKey(),
                            preshared,
                            Optional.of(other.address),
                            List.of(IpPrefix.parse(allowed)),
                            keepalive),
                    now);
        }

        void send(ByteBuffer packet) {
            tunnel.send(packet, now, this);
        }

        long drops(DropReason reason) {
            return tunnel.drops().getOrDefault(reason, 0L);
        }

        boolean isConnected(End other) {
            return tunnel.isConnected(other.identity.publicKey(), now);
        }

        @Override
        public void transmit(ByteBuffer message, InetSocketAddress to) {
            byte[] copy = new byte[message.remaining()];
            message.get(copy);
            sent.add(copy);
            messages++;
        }

        @Override
        public void deliver(ByteBuffer packet) {
            ByteBuffer copy = ByteBuffer.allocate(packet.remaining());
            delivered.add(copy.put(packet).flip());
        }
    }

    long now;
    final End a = new End("192.0.2.1", 1);
    final End b = new End("192.0.2.2", 2);

    Ends(TunnelKey preshared, Duration keepalive) {
        a.add(b, B + "/32", preshared, keepalive);
        b.add(a, A + "/32", preshared, Duration.ZERO);
    }

    static InetSocketAddress address(String host) {
        try {
            return new InetSocketAddress(InetAddress.getByName(host), 51820);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(host, e);
        }
    }

    /// Carries everything that was sent, and what is sent in answer.
    void carry() {
        while (!a.sent.isEmpty() || !b.sent.isEmpty()) {
            carry(a, b);
            carry(b, a);
        }
    }

    private void carry(End from, End to) {
        for (byte[] message = from.sent.poll(); message != null; message = from.sent.poll()) {
            to.tunnel.receive(ByteBuffer.wrap(message), from.address, now, to);
        }
    }

    /// Lets time pass, with a network that carries at once.
    void pass(Duration time) {
        long end = now + time.toNanos();
        while (true) {
            long due = Math.min(a.tunnel.dueAt(), b.tunnel.dueAt());
            if (due > end) {
                break;
            }
            now = Math.max(now, due);
            a.tunnel.tick(now, a);
            b.tunnel.tick(now, b);
            carry();
        }
        now = end;
    }
}
