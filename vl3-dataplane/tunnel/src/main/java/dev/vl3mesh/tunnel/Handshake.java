package dev.vl3mesh.tunnel;

import dev.vl3mesh.tunnel.crypto.Aead;
import dev.vl3mesh.tunnel.crypto.Blake2s;
import dev.vl3mesh.tunnel.crypto.Hkdf;
import dev.vl3mesh.tunnel.crypto.X25519;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.Optional;
import java.util.random.RandomGenerator;

/// One handshake, Noise_IKpsk2 (whitepaper, 5.4.2 and 5.4.3), seen from either side. Both sides call the methods in the
/// order in which messages go.
final class Handshake {
    private static final byte[] NAME = ascii("Noise_IKpsk2_25519_ChaChaPoly_BLAKE2s");
    private static final byte[] IDENTIFIER = ascii("WireGuard v1 zx2c4 Jason@zx2c4.com");
    private static final byte[] START = hash(NAME);
    private static final byte[] START_HASH = hash(START, IDENTIFIER);
    private static final byte[] NOTHING = {};

    private byte[] chain = START.clone();
    private byte[] hash;
    private byte[] ephemeral = NOTHING;
    private byte[] peerEphemeral = NOTHING;

    /// @param responder the public key of the side that is called
    private Handshake(byte[] responder) {
        this.hash = hash(START_HASH, responder);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] hash(byte[]... parts) {
        Blake2s hash = Blake2s.hash();
        for (byte[] part : parts) {
            hash.update(part);
        }
        return hash.digest();
    }

    /// The keys of the session that comes of a handshake.
    record Keys(TunnelKey sending, TunnelKey receiving) {}

    /// Who calls, and when it says it does.
    record Caller(Handshake handshake, TunnelKey publicKey, Timestamp timestamp) {}

    private void mixHash(byte[] data) {
        hash = hash(hash, data);
    }

    private void mixKey(byte[] input) {
        chain = Hkdf.derive(1, chain, input)[0];
    }

    /// Mixes what both sides know into the key that seals the next part.
    private Aead mixKeyAndSeal(byte[] input) {
        byte[][] keys = Hkdf.derive(2, chain, input);
        chain = keys[0];
        return new Aead(keys[1]);
    }

    private void seal(Aead key, byte[] plain, ByteBuffer into) {
        byte[] sealed = new byte[plain.length + Aead.TAG];
        key.seal(0, hash, ByteBuffer.wrap(plain), ByteBuffer.wrap(sealed));
        mixHash(sealed);
        into.put(sealed);
    }

    private Optional<byte[]> open(Aead key, byte[] sealed) {
        byte[] plain = new byte[sealed.length - Aead.TAG];
        boolean opened = key.open(0, hash, ByteBuffer.wrap(sealed), ByteBuffer.wrap(plain));
        mixHash(sealed);
        return opened ? Optional.of(plain) : Optional.empty();
    }

    private static byte[] part(ByteBuffer message, int at, int length) {
        byte[] part = new byte[length];
        message.get(at, part);
        return part;
    }

    /// Begins to call: writes an initiation, all but its authenticators.
    ///
    /// @param sender the number by which the answer names this handshake
    /// @throws GeneralSecurityException if the peer's key is none
    static Handshake initiate(
            TunnelIdentity self,
            TunnelKey peer,
            int sender,
            Timestamp timestamp,
            RandomGenerator random,
            ByteBuffer into)
            throws GeneralSecurityException {
        Handshake handshake = new Handshake(peer.raw());
        into.putInt(Messages.INITIATION).putInt(sender);
        handshake.ephemeral = X25519.newPrivate(random);
        byte[] publicEphemeral = X25519.publicOf(handshake.ephemeral);
        handshake.mixKey(publicEphemeral);
        into.put(publicEphemeral);
        handshake.mixHash(publicEphemeral);
        Aead forStatic = handshake.mixKeyAndSeal(X25519.agree(handshake.ephemeral, peer.raw()));
        handshake.seal(forStatic, self.publicKey().raw(), into);
        Aead forTimestamp = handshake.mixKeyAndSeal(X25519.agree(self.raw(), peer.raw()));
        handshake.seal(forTimestamp, timestamp.bytes(), into);
        return handshake;
    }

    /// Reads an initiation whose authenticators are good.
    ///
    /// @return who calls; nothing if the message is not for this side, or not as it has to be
    static Optional<Caller> read(TunnelIdentity self, ByteBuffer message) {
        Handshake handshake = new Handshake(self.publicKey().raw());
        try {
            byte[] caller = part(message, Messages.INITIATION_EPHEMERAL_AT, X25519.BYTES);
            handshake.peerEphemeral = caller;
            handshake.mixKey(caller);
            handshake.mixHash(caller);
            Aead forStatic = handshake.mixKeyAndSeal(X25519.agree(self.raw(), caller));
            Optional<byte[]> publicKey =
                    handshake.open(forStatic, part(message, Messages.INITIATION_STATIC_AT, X25519.BYTES + Aead.TAG));
            if (publicKey.isEmpty()) {
                return Optional.empty();
            }
            Aead forTimestamp = handshake.mixKeyAndSeal(X25519.agree(self.raw(), publicKey.get()));
            return handshake
                    .open(forTimestamp, part(message, Messages.INITIATION_TIMESTAMP_AT, Timestamp.BYTES + Aead.TAG))
                    .map(timestamp ->
                            new Caller(handshake, TunnelKey.of(publicKey.get()), Timestamp.ofBytes(timestamp)));
        } catch (GeneralSecurityException e) {
            return Optional.empty();
        }
    }

    /// Answers a call: writes a response, all but its authenticators.
    ///
    /// @param sender the number by which the caller will name the session
    /// @param receiver by which the caller names its handshake
    /// @throws GeneralSecurityException if one of the caller's keys is none
    Keys respond(
            TunnelKey caller, TunnelKey preshared, int sender, int receiver, RandomGenerator random, ByteBuffer into)
            throws GeneralSecurityException {
        into.putInt(Messages.RESPONSE).putInt(sender).putInt(receiver);
        ephemeral = X25519.newPrivate(random);
        byte[] publicEphemeral = X25519.publicOf(ephemeral);
        mixKey(publicEphemeral);
        mixHash(publicEphemeral);
        into.put(publicEphemeral);
        mixKey(X25519.agree(ephemeral, peerEphemeral));
        mixKey(X25519.agree(ephemeral, caller.raw()));
        seal(mixPreshared(preshared), NOTHING, into);
        byte[][] keys = Hkdf.derive(2, chain, NOTHING);
        return new Keys(TunnelKey.of(keys[1]), TunnelKey.of(keys[0]));
    }

    /// Reads the response to what this side has begun.
    ///
    /// @return the session's keys; nothing if the message is none or does not belong to this handshake
    Optional<Keys> finish(TunnelIdentity self, TunnelKey preshared, ByteBuffer message) {
        byte[] chainBefore = chain;
        byte[] hashBefore = hash;
        try {
            byte[] theirs = part(message, Messages.RESPONSE_EPHEMERAL_AT, X25519.BYTES);
            mixKey(theirs);
            mixHash(theirs);
            mixKey(X25519.agree(ephemeral, theirs));
            mixKey(X25519.agree(self.raw(), theirs));
            if (open(mixPreshared(preshared), part(message, Messages.RESPONSE_EMPTY_AT, Aead.TAG))
                    .isPresent()) {
                byte[][] keys = Hkdf.derive(2, chain, NOTHING);
                return Optional.of(new Keys(TunnelKey.of(keys[0]), TunnelKey.of(keys[1])));
            }
        } catch (GeneralSecurityException e) {
            // it is no response of that peer's, which may still come
        }
        chain = chainBefore;
        hash = hashBefore;
        return Optional.empty();
    }

    private Aead mixPreshared(TunnelKey preshared) {
        byte[][] keys = Hkdf.derive(3, chain, preshared.raw());
        chain = keys[0];
        mixHash(keys[1]);
        return new Aead(keys[2]);
    }

    /// Makes the keys of the handshake unreadable; it is of no use afterwards.
    void wipe() {
        Arrays.fill(ephemeral, (byte) 0);
        Arrays.fill(chain, (byte) 0);
    }

    /// A buffer for messages.
    static ByteBuffer allocate(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
