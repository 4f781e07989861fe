package dev.vl3mesh.tunnel;

import dev.vl3mesh.model.address.IpPrefix;
import dev.vl3mesh.tunnel.Handshake.Caller;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// One peer: its sessions, the handshake under way, and what has to happen when. Used by one thread.
final class Peer {
    /// Packets that wait for a session.
    private static final int WAITING_MAX = 128;

    private static final ByteBuffer EMPTY = ByteBuffer.allocate(0);

    final PeerSpec spec;
    /// The prefixes that it was given last; another peer may have got some of them since.
    final Set<IpPrefix> allowed = new HashSet<>();
    private final Tunnel tunnel;
    private final Macs macs;
    private @Nullable InetSocketAddress endpoint;
    private Timestamp lastTimestamp = Timestamp.FIRST;
    private long lastInitiationAt = -Timing.INITIATION_INTERVAL;

    private @Nullable Handshake handshake;
    private int handshakeNumber;
    private long callingSince;
    private long callAgainAt = Timing.NEVER;
    private long calledAt = -Timing.REKEY_TIMEOUT;

    private @Nullable Session previous;
    private @Nullable Session current;
    /// What this side has answered with, and the peer has not used yet.
    private @Nullable Session next;

    private long keepaliveAt = Timing.NEVER;
    private long silenceAt = Timing.NEVER;
    private long persistentAt = Timing.NEVER;
    private final Deque<byte[]> waiting = new ArrayDeque<>();

    Peer(PeerSpec spec, Tunnel tunnel, long now) {
        this.spec = spec;
        this.tunnel = tunnel;
        this.macs = new Macs(spec.publicKey());
        this.endpoint = spec.endpoint().orElse(null);
        if (!spec.keepalive().isZero()) {
            persistentAt = now;
        }
    }

    void move(InetSocketAddress now) {
        endpoint = now;
    }

    Optional<InetSocketAddress> endpoint() {
        return Optional.ofNullable(endpoint);
    }

    /// Whether packets pass now.
    boolean isConnected(long now) {
        Session session = current;
        return session != null && session.carries(now);
    }

    /// Sends a packet, or keeps it until there is a session.
    void send(ByteBuffer packet, long now, TunnelPort port) {
        Session session = current;
        if (session == null || !session.carries(now)) {
            if (waiting.size() == WAITING_MAX) {
                waiting.removeFirst();
                tunnel.count(DropReason.NOT_REACHED);
            }
            byte[] kept = new byte[packet.remaining()];
            packet.get(packet.position(), kept);
            waiting.addLast(kept);
            call(now, port);
            return;
        }
        transmit(session, packet, now, port);
    }

    private void transmit(Session session, ByteBuffer packet, long now, TunnelPort port) {
        InetSocketAddress to = endpoint;
        if (to == null) {
            tunnel.count(DropReason.NO_ENDPOINT);
            return;
        }
        boolean data = packet.hasRemaining();
        port.transmit(tunnel.sealed(session, packet), to);
        keepaliveAt = Timing.NEVER;
        if (!spec.keepalive().isZero()) {
            persistentAt = now + spec.keepalive().toNanos();
        }
        if (data && silenceAt == Timing.NEVER) {
            silenceAt = now + Timing.SILENCE;
        }
        if (session.isToBeRenewed(now)) {
            call(now, port);
        }
    }

    private void keepAlive(long now, TunnelPort port) {
        Session session = current;
        if (session != null && session.carries(now)) {
            transmit(session, EMPTY.duplicate(), now, port);
        } else {
            call(now, port);
        }
    }

    /// Begins a handshake unless one is under way.
    private void call(long now, TunnelPort port) {
        if (handshake == null && now - calledAt >= Timing.REKEY_TIMEOUT) {
            callingSince = now;
            initiate(now, port);
        } else if (handshake == null && callAgainAt == Timing.NEVER) {
            callingSince = now;
            callAgainAt = calledAt + Timing.REKEY_TIMEOUT;
        }
    }

    private void initiate(long now, TunnelPort port) {
        InetSocketAddress to = endpoint;
        if (to == null) {
            tunnel.count(DropReason.NO_ENDPOINT);
            return;
        }
        forgetHandshake();
        handshakeNumber = tunnel.number(this);
        try {
            ByteBuffer message = Handshake.allocate(Messages.INITIATION_BYTES);
            handshake = Handshake.initiate(
                    tunnel.self(),
                    spec.publicKey(),
                    handshakeNumber,
                    Timestamp.of(tunnel.wall(now)),
                    tunnel.random(),
                    message);
            macs.put(message, now);
            calledAt = now;
            callAgainAt = now + Timing.REKEY_TIMEOUT + tunnel.random().nextLong(Timing.REKEY_JITTER);
            port.transmit(message.flip(), to);
        } catch (GeneralSecurityException e) {
            tunnel.release(handshakeNumber); // the peer's key is none: it can't be called
            callAgainAt = Timing.NEVER;
        }
    }

    private void forgetHandshake() {
        Handshake old = handshake;
        if (old != null) {
            old.wipe();
            tunnel.release(handshakeNumber);
            handshake = null;
        }
    }

    /// Answers a call of the peer's.
    void answer(Caller caller, int theirNumber, InetSocketAddress from, long now, TunnelPort port) {
        if (caller.timestamp().compareTo(lastTimestamp) <= 0 || now - lastInitiationAt < Timing.INITIATION_INTERVAL) {
            tunnel.count(DropReason.REPEATED);
            return;
        }
        lastTimestamp = caller.timestamp();
        lastInitiationAt = now;
        int number = tunnel.number(this);
        try {
            ByteBuffer message = Handshake.allocate(Messages.RESPONSE_BYTES);
            Handshake.Keys keys = caller.handshake()
                    .respond(spec.publicKey(), spec.presharedKey(), number, theirNumber, tunnel.random(), message);
            caller.handshake().wipe();
            macs.put(message, now);
            end(next);
            next = new Session(number, theirNumber, keys, false, now);
            endpoint = from;
            port.transmit(message.flip(), from);
        } catch (GeneralSecurityException e) {
            tunnel.release(number);
            tunnel.count(DropReason.STRANGER);
        }
    }

    /// Takes the answer to a call of this side's.
    void finish(ByteBuffer message, InetSocketAddress from, long now, TunnelPort port) {
        Handshake begun = handshake;
        if (begun == null || message.getInt(Messages.RESPONSE_RECEIVER_AT) != handshakeNumber) {
            tunnel.count(DropReason.NO_SESSION);
            return;
        }
        Optional<Handshake.Keys> keys = begun.finish(tunnel.self(), spec.presharedKey(), message);
        if (keys.isEmpty()) {
            tunnel.count(DropReason.FORGED);
            return;
        }
        begun.wipe();
        handshake = null; // its number is the session's now
        callAgainAt = Timing.NEVER;
        endpoint = from;
        Session session = new Session(handshakeNumber, message.getInt(Messages.SENDER_AT), keys.get(), true, now);
        end(previous);
        previous = current;
        current = session;
        if (waiting.isEmpty()) {
            transmit(session, EMPTY.duplicate(), now, port); // by which the peer knows that it may send
        } else {
            flush(session, now, port);
        }
    }

    /// Takes a cookie: the peer is under load, and answers the next call that has it.
    void take(ByteBuffer reply, long now) {
        if (!macs.take(reply, now)) {
            tunnel.count(DropReason.FORGED);
        }
    }

    private void flush(Session session, long now, TunnelPort port) {
        for (byte[] packet = waiting.pollFirst(); packet != null; packet = waiting.pollFirst()) {
            transmit(session, ByteBuffer.wrap(packet), now, port);
        }
    }

    /// The session of a number, if it is one of this peer's.
    @Nullable
    Session session(int number) {
        for (Session session : new Session[] {current, next, previous}) {
            if (session != null && session.number == number) {
                return session;
            }
        }
        return null;
    }

    /// Something good has come.
    ///
    /// @param data whether there was a packet in it
    void heard(Session session, boolean data, InetSocketAddress from, long now, TunnelPort port) {
        endpoint = from;
        silenceAt = Timing.NEVER;
        if (session.equals(next)) {
            end(previous);
            previous = current;
            current = session;
            next = null;
            flush(session, now, port);
        }
        if (data && keepaliveAt == Timing.NEVER) {
            keepaliveAt = now + Timing.KEEPALIVE;
        }
        if (session.equals(current) && session.begunHere && now - session.since >= Timing.REKEY_ON_RECEIPT) {
            call(now, port);
        }
    }

    private void end(@Nullable Session session) {
        if (session != null) {
            tunnel.release(session.number);
        }
    }

    /// Does what is due.
    void tick(long now, TunnelPort port) {
        if (now >= callAgainAt) {
            callAgainAt = Timing.NEVER;
            if (now - callingSince >= Timing.REKEY_ATTEMPT) {
                giveUp();
            } else {
                initiate(now, port);
            }
        }
        if (now >= silenceAt) {
            silenceAt = Timing.NEVER;
            call(now, port);
        }
        if (now >= keepaliveAt || now >= persistentAt) {
            if (now >= persistentAt) {
                persistentAt = now + spec.keepalive().toNanos();
            }
            keepaliveAt = Timing.NEVER;
            keepAlive(now, port);
        }
        if (current != null && now - current.since >= Timing.FORGET_AFTER) {
            end(current);
            end(previous);
            end(next);
            current = null;
            previous = null;
            next = null;
        }
    }

    private void giveUp() {
        forgetHandshake();
        while (!waiting.isEmpty()) {
            waiting.removeFirst();
            tunnel.count(DropReason.NOT_REACHED);
        }
    }

    /// When something is due next.
    long dueAt() {
        long due = Math.min(Math.min(callAgainAt, silenceAt), Math.min(keepaliveAt, persistentAt));
        return current == null ? due : Math.min(due, current.since + Timing.FORGET_AFTER);
    }
}
