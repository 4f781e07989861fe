package dev.vl3mesh.tunnel;

import dev.vl3mesh.tunnel.crypto.Aead;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/// Two keys and their counters, for packets in both directions. Not safe for threads.
final class Session {
    private static final byte[] NOTHING = {};

    /// By which packets name it that come.
    final int number;
    /// Who has begun it has to begin the next one.
    final boolean begunHere;
    final long since;

    private final int peersNumber;
    private final Aead sending;
    private final Aead receiving;
    private final ReplayWindow window = new ReplayWindow();
    private long counter;

    Session(int number, int peersNumber, Handshake.Keys keys, boolean begunHere, long since) {
        this.number = number;
        this.peersNumber = peersNumber;
        this.sending = new Aead(keys.sending().raw());
        this.receiving = new Aead(keys.receiving().raw());
        this.begunHere = begunHere;
        this.since = since;
    }

    boolean carries(long now) {
        return now - since < Timing.REJECT_AFTER && Long.compareUnsigned(counter, Timing.REJECT_AFTER_MESSAGES) < 0;
    }

    boolean isToBeRenewed(long now) {
        return begunHere && (now - since >= Timing.REKEY_AFTER || counter >= Timing.REKEY_AFTER_MESSAGES);
    }

    /// Writes a message with a packet in it; an empty one keeps the peer informed.
    void seal(ByteBuffer packet, ByteBuffer into) {
        into.putInt(Messages.DATA).putInt(peersNumber).putLong(counter);
        sending.seal(counter++, NOTHING, packet, into);
    }

    /// Reads a message.
    ///
    /// @return what was wrong with it; null if it is good
    @Nullable
    DropReason open(ByteBuffer message, long now, ByteBuffer into) {
        long theirs = message.getLong(Messages.DATA_COUNTER_AT);
        if (now - since >= Timing.REJECT_AFTER
                || Long.compareUnsigned(theirs, Timing.REJECT_AFTER_MESSAGES) >= 0
                || theirs < 0) {
            return DropReason.EXPIRED;
        }
        message.position(Messages.DATA_PACKET_AT);
        if (!receiving.open(theirs, NOTHING, message, into)) {
            return DropReason.FORGED;
        }
        return window.accept(theirs) ? null : DropReason.REPLAYED;
    }
}
