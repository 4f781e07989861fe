package dev.vl3mesh.agent.probe;

import dev.vl3mesh.agent.carrier.Peer;
import dev.vl3mesh.model.DomainName;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// When to send which probe to one peer, and what follows from the answers. Has no socket, thread or clock.
///
/// Each beat sends a short probe, which tells latency and loss, and one as long as what fits, which notices a
/// path that has become narrower. What fits is searched when the peer first answers, when three long probes
/// in a row got lost while short ones came back, when the interface's own limit changes, and now and then
/// whether it has become more.
final class PathProbe {
    /// Bytes of a short probe.
    static final int SHORT_BYTES = 96;

    private static final long MILLI_NANOS = 1_000_000;
    private static final long TIMEOUT_NANOS = 1_000 * MILLI_NANOS;
    private static final long ROUND_MIN_NANOS = 200 * MILLI_NANOS;
    private static final int COPIES = 2;
    private static final int LONG_LOST_MAX = 3;
    private static final int WINDOW = Long.SIZE;
    private static final long REACHABLE_MASK = 0b111;

    private enum Purpose {
        LATENCY,
        LONGEST,
        SEARCH
    }

    private record Sent(Purpose purpose, int bytes, long atNanos) {}

    /// Takes what is to be sent.
    interface Sender {
        /// Sends a question.
        ///
        /// @return false if the own interface refuses the length
        boolean send(long nonce, int bytes);
    }

    private final DomainName domain;
    private final RandomGenerator random;
    private final ProbePace pace;
    private Peer peer;
    private int ceiling;
    private final Map<Long, Sent> outstanding = new HashMap<>();
    private long history;
    private int historyLength;
    private long sentTotal;
    private long answeredTotal;
    private long roundTripNanos;
    private long settledNanos;
    private long answeredNanos;
    private int fits;
    private int longLost;
    private @Nullable MtuSearch search;
    private boolean searchHeard;
    private long roundEndsNanos;
    private long nextRaiseNanos;
    private long nextBeatNanos;

    /// @param ceiling bytes of the longest packet that this node's own interface lets out
    /// @param firstBeatNanos when to begin
    PathProbe(DomainName domain, Peer peer, int ceiling, long firstBeatNanos, ProbePace pace, RandomGenerator random) {
        this.pace = pace;
        this.domain = domain;
        this.peer = peer;
        this.ceiling = ceiling;
        this.nextBeatNanos = firstBeatNanos;
        this.random = random;
    }

    Peer peer() {
        return peer;
    }

    /// Takes a changed peer or limit.
    void change(Peer now, int newCeiling, long nowNanos) {
        boolean otherPath = !now.outer().equals(peer.outer());
        peer = now;
        if (otherPath || newCeiling < fits) {
            fits = otherPath ? 0 : newCeiling;
            search = null;
        }
        if (newCeiling != ceiling) {
            nextRaiseNanos = nowNanos;
        }
        ceiling = newCeiling;
    }

    /// What fits, in bytes; 0 before that is known.
    int fits() {
        return fits;
    }

    /// Sends what is due.
    ///
    /// @return when to call again at the latest
    long tick(long nowNanos, long intervalNanos, Sender sender) {
        giveUp(nowNanos);
        if (nextBeatNanos - nowNanos <= 0) {
            nextBeatNanos = nowNanos + intervalNanos;
            send(Purpose.LATENCY, SHORT_BYTES, nowNanos, sender);
            if (fits > 0 && search == null && !send(Purpose.LONGEST, fits, nowNanos, sender)) {
                startSearch(fits, nowNanos, sender);
            }
        }
        if (search == null && isReachable()) {
            if (longLost >= LONG_LOST_MAX) {
                startSearch(fits, nowNanos, sender);
            } else if (fits == 0 || (fits < ceiling && nextRaiseNanos - nowNanos <= 0)) {
                startSearch(ceiling, nowNanos, sender);
            }
        }
        advance(nowNanos, sender);
        return nextCallNanos();
    }

    private long nextCallNanos() {
        long next = search == null ? nextBeatNanos : Math.min(nextBeatNanos, roundEndsNanos);
        for (Sent sent : outstanding.values()) {
            next = Math.min(next, sent.atNanos() + TIMEOUT_NANOS);
        }
        return next;
    }

    private void giveUp(long nowNanos) {
        for (Iterator<Sent> all = outstanding.values().iterator(); all.hasNext(); ) {
            Sent sent = all.next();
            if (nowNanos - sent.atNanos() >= TIMEOUT_NANOS) {
                all.remove();
                lost(sent, nowNanos);
            }
        }
    }

    private void lost(Sent sent, long nowNanos) {
        switch (sent.purpose()) {
            case LATENCY -> settle(false, nowNanos);
            case LONGEST -> {
                if (answeredTotal > 0 && answeredNanos - sent.atNanos() >= 0) {
                    longLost++;
                }
            }
            case SEARCH -> {}
        }
    }

    private void settle(boolean answered, long nowNanos) {
        history = history << 1 | (answered ? 1 : 0);
        historyLength = Math.min(WINDOW, historyLength + 1);
        sentTotal++;
        settledNanos = nowNanos;
    }

    private boolean send(Purpose purpose, int bytes, long nowNanos, Sender sender) {
        long nonce = random.nextLong();
        outstanding.put(nonce, new Sent(purpose, bytes, nowNanos));
        return sender.send(nonce, bytes);
    }

    private boolean isReachable() {
        return (history & REACHABLE_MASK) != 0;
    }

    private void startSearch(int high, long nowNanos, Sender sender) {
        longLost = 0;
        boolean upwards = high > fits && fits > 0;
        search = new MtuSearch(upwards ? fits : SHORT_BYTES, Math.min(high, ceiling));
        sendRound(nowNanos, sender);
    }

    /// Short ones go along, because a round counts only while the path works at all.
    private void sendRound(long nowNanos, Sender sender) {
        searchHeard = false;
        roundEndsNanos = nowNanos + Math.min(TIMEOUT_NANOS, ROUND_MIN_NANOS + 2 * roundTripNanos);
        MtuSearch current = search;
        if (current == null) {
            return;
        }
        for (int copy = 0; copy < COPIES; copy++) {
            send(Purpose.SEARCH, SHORT_BYTES, nowNanos, sender);
            for (int length : current.round()) {
                send(Purpose.SEARCH, length, nowNanos, sender);
            }
        }
    }

    private void advance(long nowNanos, Sender sender) {
        MtuSearch current = search;
        if (current == null || (!current.isDecided() && roundEndsNanos - nowNanos > 0)) {
            return;
        }
        if (!searchHeard && !current.isDecided()) {
            search = null;
            return;
        }
        current.endRound();
        if (current.isDone()) {
            fits = current.found();
            search = null;
            nextRaiseNanos = nowNanos + pace.raiseNanos();
        } else {
            sendRound(nowNanos, sender);
        }
    }

    /// Takes an answer.
    ///
    /// @param bytes its length
    /// @return whether it is one
    boolean answered(long nonce, int bytes, long nowNanos) {
        Sent sent = outstanding.get(nonce);
        if (sent == null || sent.bytes() != bytes) {
            return false;
        }
        outstanding.remove(nonce);
        switch (sent.purpose()) {
            case LATENCY -> {
                settle(true, nowNanos);
                answeredTotal++;
                answeredNanos = nowNanos;
                roundTripNanos = nowNanos - sent.atNanos();
            }
            case LONGEST -> longLost = 0;
            case SEARCH -> {
                searchHeard = true;
                MtuSearch current = search;
                if (current != null) {
                    current.fits(bytes);
                }
            }
        }
        return true;
    }

    /// What is known now.
    PathView view() {
        return new PathView(
                domain,
                peer,
                isReachable(),
                roundTripNanos / 1_000,
                historyLength,
                Long.bitCount(history),
                sentTotal,
                answeredTotal,
                fits,
                settledNanos,
                answeredNanos);
    }
}
