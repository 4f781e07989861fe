package dev.vl3mesh.tunnel;

import dev.vl3mesh.tunnel.crypto.Aead;
import dev.vl3mesh.tunnel.crypto.Blake2s;
import dev.vl3mesh.tunnel.crypto.XAead;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import org.jspecify.annotations.Nullable;

/// The two authenticators at the end of a handshake message (whitepaper, 5.4.4): the first shows that the sender knows
/// whom it calls; the second, that it is where it says it is, by a cookie that it was given there. This is the sender's
/// side of it, for one peer.
final class Macs {
    private static final byte[] MAC1_LABEL = "mac1----".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] COOKIE_LABEL = "cookie--".getBytes(StandardCharsets.US_ASCII);

    private final byte[] mac1Key;
    private final byte[] cookieKey;
    private byte[] lastMac1 = {};
    private byte @Nullable [] cookie;
    private long cookieSince;

    /// @param receiver of the messages
    Macs(TunnelKey receiver) {
        this.mac1Key = key(MAC1_LABEL, receiver);
        this.cookieKey = cookieKey(receiver);
    }

    private static byte[] key(byte[] label, TunnelKey receiver) {
        return Blake2s.hash().update(label).update(receiver.raw()).digest();
    }

    /// What cookies of a receiver are sealed with.
    static byte[] cookieKey(TunnelKey receiver) {
        return key(COOKIE_LABEL, receiver);
    }

    static byte[] mac(byte[] key, byte[] text, int length) {
        return Blake2s.mac(key, Messages.MAC_BYTES).update(text, 0, length).digest();
    }

    /// Puts both behind a message, which has its other fields and no more.
    void put(ByteBuffer message, long now) {
        int length = message.position();
        byte[] text = new byte[length + Messages.MAC_BYTES];
        message.get(0, text, 0, length);
        lastMac1 = mac(mac1Key, text, length);
        message.put(lastMac1);
        if (cookie != null && now - cookieSince < Timing.COOKIE) {
            message.get(0, text);
            message.put(mac(cookie, text, text.length));
        } else {
            message.put(new byte[Messages.MAC_BYTES]);
        }
    }

    /// Whether a message has the first one, as it has to be for its receiver.
    static boolean hasMac1(byte[] message, TunnelKey receiver) {
        return has(message, message.length - 2 * Messages.MAC_BYTES, key(MAC1_LABEL, receiver));
    }

    /// Whether a message has the second one, by this cookie.
    static boolean hasMac2(byte[] message, byte[] cookie) {
        return has(message, message.length - Messages.MAC_BYTES, cookie);
    }

    private static boolean has(byte[] message, int at, byte[] key) {
        byte[] shown = new byte[Messages.MAC_BYTES];
        System.arraycopy(message, at, shown, 0, shown.length);
        return MessageDigest.isEqual(shown, mac(key, message, at));
    }

    /// Takes a cookie that the receiver has sent in answer to the last message.
    ///
    /// @return false if it is none
    boolean take(ByteBuffer reply, long now) {
        byte[] nonce = new byte[XAead.NONCE];
        byte[] sealed = new byte[Messages.MAC_BYTES + Aead.TAG];
        reply.get(Messages.COOKIE_NONCE_AT, nonce).get(Messages.COOKIE_AT, sealed);
        byte[] plain = new byte[Messages.MAC_BYTES];
        if (!XAead.open(cookieKey, nonce, lastMac1, ByteBuffer.wrap(sealed), ByteBuffer.wrap(plain))) {
            return false;
        }
        cookie = plain;
        cookieSince = now;
        return true;
    }
}
