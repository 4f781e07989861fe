package dev.vl3mesh.tunnel;

import java.time.Duration;

/// When what has to happen (whitepaper, 6.1, and the reference's constants), in nanoseconds.
final class Timing {
    /// How old a session may be before who has begun it begins another.
    static final long REKEY_AFTER = Duration.ofMinutes(2).toNanos();
    /// How old a session may be that still carries anything.
    static final long REJECT_AFTER = Duration.ofMinutes(3).toNanos();
    /// How long is tried to reach a peer.
    static final long REKEY_ATTEMPT = Duration.ofSeconds(90).toNanos();
    /// From one attempt to the next.
    static final long REKEY_TIMEOUT = Duration.ofSeconds(5).toNanos();
    /// Of what is added to it, so that two sides don't call at once for ever.
    static final long REKEY_JITTER = Duration.ofMillis(333).toNanos();
    /// How long after something has come nothing may go.
    static final long KEEPALIVE = Duration.ofSeconds(10).toNanos();
    /// At this age the receiver of a packet begins a new session, so that none is missing when this one ends.
    static final long REKEY_ON_RECEIPT = REJECT_AFTER - KEEPALIVE - REKEY_TIMEOUT;
    /// How long after something was sent something has to come.
    static final long SILENCE = KEEPALIVE + REKEY_TIMEOUT;
    /// When keys are forgotten.
    static final long FORGET_AFTER = 3 * REJECT_AFTER;
    /// From one call of a peer to the next that is answered.
    static final long INITIATION_INTERVAL = Duration.ofMillis(20).toNanos();

    /// How long a cookie is good for, and the secret that cookies follow from.
    static final long COOKIE = Duration.ofMinutes(2).toNanos();

    static final long REKEY_AFTER_MESSAGES = 1L << 60;
    /// 2^64 - 2^13 - 1, as a signed number.
    static final long REJECT_AFTER_MESSAGES = -(1L << 13) - 1;

    /// A time that does not come.
    static final long NEVER = Long.MAX_VALUE;

    private Timing() {}
}
