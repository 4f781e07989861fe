package dev.vl3mesh.tunnel;

import dev.vl3mesh.tunnel.crypto.Aead;
import dev.vl3mesh.tunnel.crypto.Blake2s;
import dev.vl3mesh.tunnel.crypto.XAead;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.random.RandomGenerator;

/// The cookies that a tunnel under load gives to whoever calls (whitepaper, 5.3 and 5.4.7): each follows from the
/// address, so that nothing has to be kept of callers.
final class CookieJar {
    private final byte[] sealKey;
    private final RandomGenerator random;
    private byte[] secret = {};
    private long secretSince;

    /// @param self who is called
    CookieJar(TunnelKey self, RandomGenerator random) {
        this.sealKey = Macs.cookieKey(self);
        this.random = random;
    }

    /// What an address is given now.
    byte[] cookie(InetSocketAddress address, long now) {
        if (secret.length == 0 || now - secretSince >= Timing.COOKIE) {
            secret = new byte[Blake2s.BYTES];
            random.nextBytes(secret);
            secretSince = now;
        }
        byte[] port = {(byte) (address.getPort() >>> Byte.SIZE), (byte) address.getPort()};
        return Blake2s.mac(secret, Messages.MAC_BYTES)
                .update(address.getAddress().getAddress())
                .update(port)
                .digest();
    }

    /// A message that brings a cookie to who has sent a handshake message.
    ByteBuffer reply(ByteBuffer message, InetSocketAddress from, long now) {
        ByteBuffer reply = Handshake.allocate(Messages.COOKIE_REPLY_BYTES);
        byte[] nonce = new byte[XAead.NONCE];
        random.nextBytes(nonce);
        byte[] mac1 = new byte[Messages.MAC_BYTES];
        message.get(message.limit() - 2 * Messages.MAC_BYTES, mac1);
        byte[] sealed = new byte[Messages.MAC_BYTES + Aead.TAG];
        XAead.seal(sealKey, nonce, mac1, ByteBuffer.wrap(cookie(from, now)), ByteBuffer.wrap(sealed));
        return reply.putInt(Messages.COOKIE_REPLY)
                .putInt(message.getInt(Messages.SENDER_AT))
                .put(nonce)
                .put(sealed)
                .flip();
    }
}
