package dev.vl3mesh.tunnel;

import dev.vl3mesh.model.address.IpPrefix;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.SplittableRandom;

/// Nodes that know each other, and a network that loses, doubles, delays and reorders what they send; all of it follows
/// from a seed. Node `i` has 10.0.0.`i + 1`.
final class World {
    private static final Instant EPOCH = Instant.parse("2026-01-01T00:00:00Z");
    private static final int PORT = 51820;

    private record Message(long at, long order, int to, InetSocketAddress from, ByteBuffer bytes) {}

    /// One node; it may be started anew, with its key.
    final class Node implements TunnelPort {
        final int index;
        final TunnelIdentity identity;
        InetSocketAddress address;
        Tunnel tunnel;

        Node(int index) {
            this.index = index;
            this.identity = TunnelIdentity.create(random);
            this.address = address(index, 0);
            this.tunnel = new Tunnel(identity, random, EPOCH);
        }

        void restart() {
            tunnel = new Tunnel(identity, random, EPOCH);
            for (Node other : nodes) {
                if (other.index != index) {
                    tunnel.add(
                            new PeerSpec(
                                    other.identity.publicKey(),
                                    TunnelKey.NONE,
                                    Optional.of(other.address),
                                    List.of(IpPrefix.parse(inner(other.index) + "/32")),
                                    Duration.ZERO),
                            now);
                }
            }
        }

        @Override
        public void transmit(ByteBuffer message, InetSocketAddress to) {
            byte[] bytes = new byte[message.remaining()];
            message.get(bytes);
            for (Node node : nodes) {
                if (node.address.equals(to)) {
                    post(node.index, address, bytes);
                }
            }
        }

        @Override
        public void deliver(ByteBuffer packet) {
            int number = Packets.number(packet);
            if (!arrived.add(number)) {
                problems.add("packet " + number + " came twice");
            }
            if (!sent.contains(new Sent(number, source(packet), index))) {
                problems.add("packet " + number + " came to " + index + ", where nobody sent it so");
            }
        }
    }

    private record Sent(int number, int from, int to) {}

    final List<Node> nodes = new ArrayList<>();
    final List<String> problems = new ArrayList<>();
    final Set<Integer> arrived = new HashSet<>();
    final SplittableRandom random;
    long now;
    boolean broken = true;

    private final Set<Sent> sent = new HashSet<>();
    private final PriorityQueue<Message> network =
            new PriorityQueue<>(Comparator.comparingLong(Message::at).thenComparingLong(Message::order));
    private long posted;
    private int numbers;
    private int addresses;

    World(long seed) {
        random = new SplittableRandom(seed);
        int count = random.nextInt(2, 6);
        for (int i = 0; i < count; i++) {
            nodes.add(new Node(i));
        }
        nodes.forEach(Node::restart);
    }

    static String inner(int index) {
        return "10.0.0." + (index + 1);
    }

    private static int source(ByteBuffer packet) {
        return packet.get(15) - 1;
    }

    private static InetSocketAddress address(int index, int move) {
        try {
            byte[] bytes = {(byte) 198, 18, (byte) move, (byte) (index + 1)};
            return new InetSocketAddress(InetAddress.getByAddress(bytes), PORT);
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e);
        }
    }

    private void post(int to, InetSocketAddress from, byte[] bytes) {
        int copies = !broken ? 1 : random.nextInt(10) < 3 ? 0 : random.nextInt(10) == 0 ? 2 : 1;
        for (int i = 0; i < copies; i++) {
            long delay = !broken || random.nextInt(4) > 0
                    ? random.nextLong(Duration.ofMillis(20).toNanos())
                    : random.nextLong(Duration.ofSeconds(4).toNanos());
            byte[] carried = bytes.clone();
            if (broken && random.nextInt(50) == 0) {
                carried[random.nextInt(carried.length)] ^= (byte) (1 << random.nextInt(8));
            }
            network.add(new Message(now + delay, posted++, to, from, ByteBuffer.wrap(carried)));
        }
    }

    /// Sends a packet; returns its number.
    int send(int from, int to) {
        int number = ++numbers;
        sent.add(new Sent(number, from, to));
        Node node = nodes.get(from);
        node.tunnel.send(Packets.ping(inner(from), inner(to), number, random.nextInt(100)), now, node);
        return number;
    }

    /// Gives the first node another address, which others learn from what it sends. Two that move at once, and know
    /// nothing of each other's new place, are lost to each other for good in any WireGuard.
    void move() {
        nodes.getFirst().address = address(0, ++addresses);
    }

    /// Lets time pass: messages come, and what is due is done.
    void pass(Duration time) {
        long end = now + time.toNanos();
        while (true) {
            Message message = network.peek();
            long due =
                    nodes.stream().mapToLong(node -> node.tunnel.dueAt()).min().orElse(end);
            long at = message == null ? due : Math.min(due, message.at());
            if (at > end) {
                break;
            }
            now = Math.max(now, at);
            if (message != null && message.at() <= now) {
                network.remove();
                Node node = nodes.get(message.to());
                node.tunnel.receive(message.bytes(), message.from(), now, node);
            }
            nodes.forEach(node -> node.tunnel.tick(now, node));
        }
        now = end;
    }
}
