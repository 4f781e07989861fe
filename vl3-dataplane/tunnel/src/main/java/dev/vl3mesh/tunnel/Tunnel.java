package dev.vl3mesh.tunnel;

import dev.vl3mesh.model.address.IpPrefix;
import dev.vl3mesh.tunnel.Handshake.Caller;
import dev.vl3mesh.tunnel.crypto.Aead;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Instant;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;

/// One end of a WireGuard network: any number of peers, packets in and out. The time is handed in as nanoseconds since
/// the tunnel was made, and never goes back. Used by one thread.
public final class Tunnel {
    /// The longest packet.
    public static final int PACKET_BYTES_MAX = 65_535;

    private static final int OVERHEAD = Messages.DATA_PACKET_AT + Aead.TAG;

    private final TunnelIdentity self;
    private final RandomGenerator random;
    private final Instant epoch;
    private final CookieJar cookies;
    private final Map<TunnelKey, Peer> byKey = new LinkedHashMap<>();
    private final PrefixTable<Peer> allowed = new PrefixTable<>();
    private final Map<Integer, Peer> byNumber = new HashMap<>();
    private final Map<DropReason, Long> drops = new EnumMap<>(DropReason.class);
    private boolean underLoad;
    private final ByteBuffer padded = ByteBuffer.allocate(PACKET_BYTES_MAX + Messages.PADDING);
    private final ByteBuffer outgoing = Handshake.allocate(PACKET_BYTES_MAX + Messages.PADDING + OVERHEAD);
    private final ByteBuffer incoming = ByteBuffer.allocate(PACKET_BYTES_MAX + Messages.PADDING + OVERHEAD);

    /// Makes a tunnel without peers.
    ///
    /// @param random of ephemeral keys and session numbers: a secure one but in a simulation
    /// @param epoch the time at which it is made; a peer refuses a call that is not later than the last one
    public Tunnel(TunnelIdentity self, RandomGenerator random, Instant epoch) {
        this.self = self;
        this.random = random;
        this.epoch = epoch;
        this.cookies = new CookieJar(self.publicKey(), random);
    }

    /// Adds a peer, or replaces one of the same key. A prefix that another peer has goes over to it.
    ///
    /// @throws IllegalArgumentException if its key is this tunnel's own
    public void add(PeerSpec spec, long now) {
        if (spec.publicKey().equals(self.publicKey())) {
            throw new IllegalArgumentException("a peer with the tunnel's own key: each has a key of its own");
        }
        remove(spec.publicKey());
        Peer peer = new Peer(spec, this, now);
        byKey.put(spec.publicKey(), peer);
        spec.allowed().forEach(prefix -> allow(peer, prefix));
    }

    private void allow(Peer peer, IpPrefix prefix) {
        peer.allowed.add(prefix);
        allowed.put(prefix, peer);
    }

    /// Gives a prefix to a peer, whoever had it before. What passes meanwhile is not disturbed.
    ///
    /// @throws IllegalArgumentException if there is no such peer
    public void allow(TunnelKey publicKey, IpPrefix prefix) {
        allow(peer(publicKey), prefix);
    }

    /// Takes a prefix from a peer. What passes meanwhile is not disturbed.
    ///
    /// @throws IllegalArgumentException if there is no such peer
    public void forbid(TunnelKey publicKey, IpPrefix prefix) {
        Peer peer = peer(publicKey);
        peer.allowed.remove(prefix);
        allowed.remove(prefix, peer);
    }

    /// Says where a peer is now. Its sessions go on.
    ///
    /// @throws IllegalArgumentException if there is no such peer
    public void move(TunnelKey publicKey, InetSocketAddress endpoint) {
        peer(publicKey).move(endpoint);
    }

    private Peer peer(TunnelKey publicKey) {
        Peer peer = byKey.get(publicKey);
        if (peer == null) {
            throw new IllegalArgumentException("there is no peer with the key " + publicKey.text());
        }
        return peer;
    }

    /// Takes a peer away; nothing of it is known afterwards.
    public void remove(TunnelKey publicKey) {
        Peer old = byKey.remove(publicKey);
        if (old != null) {
            byNumber.values().removeIf(old::equals);
            old.allowed.forEach(prefix -> allowed.remove(prefix, old));
        }
    }

    /// Says whether there are more calls than can be answered. Under load who calls has to call again, with a cookie.
    public void setUnderLoad(boolean now) {
        underLoad = now;
    }

    /// What was dropped, by reason.
    public Map<DropReason, Long> drops() {
        return new EnumMap<>(drops);
    }

    /// Whether packets to a peer pass now.
    public boolean isConnected(TunnelKey publicKey, long now) {
        return Optional.ofNullable(byKey.get(publicKey))
                .filter(peer -> peer.isConnected(now))
                .isPresent();
    }

    /// Where a peer was heard from last, or is called.
    public Optional<InetSocketAddress> endpoint(TunnelKey publicKey) {
        return Optional.ofNullable(byKey.get(publicKey)).flatMap(Peer::endpoint);
    }

    /// Sends an IP packet to the peer that has its destination.
    ///
    /// @return when something of that peer is due next, which may be earlier than before; `Long.MAX_VALUE` if never
    public long send(ByteBuffer packet, long now, TunnelPort port) {
        IpPacket header = IpPacket.of(packet);
        if (header == null) {
            count(DropReason.MALFORMED);
            return Timing.NEVER;
        }
        Peer peer = allowed.get(header.destination());
        if (peer == null) {
            count(DropReason.NO_PEER);
            return Timing.NEVER;
        }
        peer.send(packet, now, port);
        return peer.dueAt();
    }

    /// Takes a message from the network.
    ///
    /// @param message from its position to its limit
    public void receive(ByteBuffer message, InetSocketAddress from, long now, TunnelPort port) {
        ByteBuffer read = message.slice().order(ByteOrder.LITTLE_ENDIAN);
        if (read.limit() < OVERHEAD) {
            count(DropReason.MALFORMED);
            return;
        }
        switch (read.getInt(Messages.TYPE_AT)) {
            case Messages.INITIATION -> called(read, from, now, port);
            case Messages.RESPONSE -> answered(read, from, now, port);
            case Messages.COOKIE_REPLY -> cookie(read, now);
            case Messages.DATA -> data(read, from, now, port);
            default -> count(DropReason.MALFORMED);
        }
    }

    /// Does what is due.
    public void tick(long now, TunnelPort port) {
        byKey.values().forEach(peer -> peer.tick(now, port));
    }

    /// When [#tick] has something to do next; `Long.MAX_VALUE` if never.
    public long dueAt() {
        return byKey.values().stream().mapToLong(Peer::dueAt).min().orElse(Timing.NEVER);
    }

    /// Whether a handshake message is to be looked at: it costs far more than telling that it is not.
    private boolean isWorthwhile(ByteBuffer message, int length, InetSocketAddress from, long now, TunnelPort port) {
        if (message.limit() != length) {
            count(DropReason.MALFORMED);
            return false;
        }
        byte[] text = new byte[length];
        message.get(0, text);
        if (!Macs.hasMac1(text, self.publicKey())) {
            count(DropReason.STRANGER);
            return false;
        }
        if (underLoad && !Macs.hasMac2(text, cookies.cookie(from, now))) {
            count(DropReason.UNDER_LOAD);
            port.transmit(cookies.reply(message, from, now), from);
            return false;
        }
        return true;
    }

    private void cookie(ByteBuffer message, long now) {
        Peer peer = message.limit() == Messages.COOKIE_REPLY_BYTES
                ? byNumber.get(message.getInt(Messages.COOKIE_RECEIVER_AT))
                : null;
        if (peer == null) {
            count(DropReason.NO_SESSION);
            return;
        }
        peer.take(message, now);
    }

    private void called(ByteBuffer message, InetSocketAddress from, long now, TunnelPort port) {
        if (!isWorthwhile(message, Messages.INITIATION_BYTES, from, now, port)) {
            return;
        }
        Optional<Caller> caller = Handshake.read(self, message);
        Peer peer = caller.map(known -> byKey.get(known.publicKey())).orElse(null);
        if (peer == null) {
            count(DropReason.STRANGER);
            return;
        }
        peer.answer(caller.orElseThrow(), message.getInt(Messages.SENDER_AT), from, now, port);
    }

    private void answered(ByteBuffer message, InetSocketAddress from, long now, TunnelPort port) {
        if (!isWorthwhile(message, Messages.RESPONSE_BYTES, from, now, port)) {
            return;
        }
        Peer peer = byNumber.get(message.getInt(Messages.RESPONSE_RECEIVER_AT));
        if (peer == null) {
            count(DropReason.NO_SESSION);
            return;
        }
        peer.finish(message, from, now, port);
    }

    private void data(ByteBuffer message, InetSocketAddress from, long now, TunnelPort port) {
        int number = message.getInt(Messages.DATA_RECEIVER_AT);
        Peer peer = byNumber.get(number);
        Session session = peer == null ? null : peer.session(number);
        if (peer == null || session == null) {
            count(DropReason.NO_SESSION);
            return;
        }
        incoming.clear();
        DropReason wrong = session.open(message, now, incoming);
        if (wrong != null) {
            count(wrong);
            return;
        }
        incoming.flip();
        peer.heard(session, incoming.hasRemaining(), from, now, port);
        if (!incoming.hasRemaining()) {
            return; // it keeps this side informed
        }
        IpPacket header = IpPacket.of(incoming);
        if (header == null) {
            count(DropReason.MALFORMED);
        } else if (!peer.equals(allowed.get(header.source()))) {
            count(DropReason.WRONG_SOURCE);
        } else {
            port.deliver(incoming.limit(header.length()));
        }
    }

    /// A message with a packet in it, which is filled up with zeros so that its length tells less.
    ByteBuffer sealed(Session session, ByteBuffer packet) {
        padded.clear();
        padded.put(packet.duplicate());
        int length = (padded.position() + Messages.PADDING - 1) / Messages.PADDING * Messages.PADDING;
        while (padded.position() < length) {
            padded.put((byte) 0);
        }
        session.seal(padded.flip(), outgoing.clear());
        return outgoing.flip();
    }

    /// A number that no session has, given to a peer's.
    int number(Peer peer) {
        int number = random.nextInt();
        while (byNumber.containsKey(number)) {
            number = random.nextInt();
        }
        byNumber.put(number, peer);
        return number;
    }

    void release(int number) {
        byNumber.remove(number);
    }

    void count(DropReason reason) {
        drops.merge(reason, 1L, Long::sum);
    }

    TunnelIdentity self() {
        return self;
    }

    RandomGenerator random() {
        return random;
    }

    Instant wall(long now) {
        return epoch.plusNanos(now);
    }
}
