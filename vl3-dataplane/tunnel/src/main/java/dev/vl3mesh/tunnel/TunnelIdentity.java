package dev.vl3mesh.tunnel;

import dev.vl3mesh.tunnel.crypto.X25519;
import java.util.random.RandomGenerator;

/// A side's own key, and the public one by which others know it.
public final class TunnelIdentity {
    private final byte[] privateKey;
    private final TunnelKey publicKey;

    private TunnelIdentity(byte[] privateKey) {
        this.privateKey = privateKey;
        this.publicKey = TunnelKey.of(X25519.publicOf(privateKey));
    }

    /// A new one.
    ///
    /// @param random has to be a secure one but in a simulation
    public static TunnelIdentity create(RandomGenerator random) {
        return new TunnelIdentity(X25519.newPrivate(random));
    }

    /// Of a private key of 32 bytes (RFC 7748, 5).
    public static TunnelIdentity of(byte[] privateKey) {
        return new TunnelIdentity(privateKey.clone());
    }

    /// What others know it by.
    public TunnelKey publicKey() {
        return publicKey;
    }

    /// A copy of the private key.
    public byte[] privateKey() {
        return privateKey.clone();
    }

    /// The private key itself, not to be written.
    byte[] raw() {
        return privateKey;
    }
}
