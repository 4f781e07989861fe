package dev.vl3mesh.identity;

import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/// An identity that can be proved: a key, its certificate chain, and whom it trusts in turn (X509-SVID).
///
/// @param chain leaf first
/// @param roots what peers are checked against
public record Svid(PrivateKey key, List<X509Certificate> chain, List<X509Certificate> roots) {
    /// Makes immutable copies.
    public Svid {
        chain = List.copyOf(chain);
        roots = List.copyOf(roots);
    }

    /// The certificate's SPIFFE id.
    public SpiffeId id() {
        return SpiffeId.of(chain.getFirst());
    }

    /// When to get the next one: two thirds into the certificate's life.
    public Instant renewAt() {
        Instant start = chain.getFirst().getNotBefore().toInstant();
        return start.plus(Duration.between(start, end()).multipliedBy(2).dividedBy(3));
    }

    /// When the certificate ends.
    public Instant end() {
        return chain.getFirst().getNotAfter().toInstant();
    }

    @Override
    public String toString() {
        return id() + " until " + end();
    }
}
