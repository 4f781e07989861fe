package dev.vl3mesh.agent.probe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vl3mesh.agent.Seed;
import dev.vl3mesh.agent.attach.Resources;
import dev.vl3mesh.agent.carrier.Peer;
import dev.vl3mesh.agent.carrier.Vtep;
import dev.vl3mesh.model.address.IpAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PathProbeTest {
    private static final long MILLI = 1_000_000;
    private static final long SECOND = 1_000 * MILLI;
    private static final long ROUND_TRIP = 3 * MILLI;
    private static final Peer PEER = new Peer(
            Resources.node("west", "n1"),
            Vtep.of(Resources.RED, Resources.node("west", "n1")),
            IpAddress.parse("192.0.2.2"));

    private record Flight(long nonce, int bytes, long arrivesNanos) {}

    private final Random random = Seed.random("PathProbeTest");
    private final List<Flight> flights = new ArrayList<>();
    private long now = random.nextLong();
    private int pathMtu = 1450;
    private double loss;
    private int sent;
    private PathProbe probe = new PathProbe(Resources.RED, PEER, 1450, now, ProbePace.CALM, random);

    /// Lets time pass in steps as the worker does: to the next answer or to when the probe wants to be called.
    private void run(long nanos) {
        long end = now + nanos;
        while (end - now > 0) {
            long next = probe.tick(now, SECOND, (nonce, bytes) -> {
                sent++;
                if (bytes <= pathMtu && random.nextDouble() >= loss) {
                    flights.add(new Flight(nonce, bytes, now + ROUND_TRIP));
                }
                return true;
            });
            for (Flight flight : flights) {
                next = Math.min(next, flight.arrivesNanos());
            }
            now = Math.min(end, Math.max(now + MILLI / 10, next));
            flights.removeIf(flight -> {
                boolean arrives = flight.arrivesNanos() - now <= 0;
                if (arrives) {
                    assertThat(probe.answered(flight.nonce(), flight.bytes(), now))
                            .isTrue();
                }
                return arrives;
            });
        }
    }

    @Test
    void tellsLatencyAndLoss() {
        run(20 * SECOND);
        PathView view = probe.view();
        assertThat(view.reachable()).isTrue();
        assertThat(view.roundTripMicros()).isBetween(3_000L, 3_200L);
        assertThat(view.recentLoss()).isZero();
        loss = 0.5;
        run(200 * SECOND);
        assertThat(probe.view().recentLoss()).isBetween(0.25, 0.75);
        assertThat(probe.view().recentSent()).isEqualTo(64);
        assertThat(probe.view().sent()).isBetween(215L, 222L);
    }

    @Test
    void knowsWhenNobodyAnswersAnyMoreAndSinceWhen() {
        run(10 * SECOND);
        long answered = probe.view().answeredNanos();
        loss = 1;
        run(6 * SECOND);
        assertThat(probe.view().reachable()).isFalse();
        assertThat(probe.view().answeredNanos()).isBetween(answered, answered + SECOND);
        assertThat(now - probe.view().settledNanos()).isLessThanOrEqualTo(SECOND);
        assertThat(probe.fits()).as("what was known stays").isEqualTo(1450);
        loss = 0;
        run(2 * SECOND);
        assertThat(probe.view().reachable()).isTrue();
    }

    @Test
    void findsExactlyWhatFits() {
        for (int i = 0; i < 200; i++) {
            pathMtu = 600 + random.nextInt(9_000);
            int ceiling = 600 + random.nextInt(9_000);
            flights.clear();
            probe = new PathProbe(Resources.RED, PEER, ceiling, now, ProbePace.CALM, random);
            run(5 * SECOND);
            assertThat(probe.fits()).isEqualTo(Math.min(pathMtu, ceiling));
        }
    }

    @Test
    void followsAPathThatChanges() {
        run(3 * SECOND);
        assertThat(probe.fits()).isEqualTo(1450);
        pathMtu = 1333;
        run(8 * SECOND);
        assertThat(probe.fits()).as("narrower within 8 s").isEqualTo(1333);
        pathMtu = 1400;
        run(32 * SECOND);
        assertThat(probe.fits()).as("wider within 32 s").isEqualTo(1400);
        pathMtu = 8_950;
        probe.change(PEER, 8_950, now);
        run(2 * SECOND);
        assertThat(probe.fits()).as("a wider interface is tried at once").isEqualTo(8_950);
        probe.change(PEER, 1_450, now);
        assertThat(probe.fits()).isEqualTo(1_450);
    }

    @Test
    void takesNoOutageForANarrowPath() {
        run(3 * SECOND);
        for (int i = 0; i < 50; i++) {
            loss = 1;
            run(random.nextLong(5 * SECOND));
            loss = 0;
            run(random.nextLong(5 * SECOND));
            assertThat(probe.fits()).isEqualTo(1450);
        }
        loss = 0.2;
        run(60 * SECOND);
        loss = 0;
        run(40 * SECOND);
        assertThat(probe.fits()).isEqualTo(1450);
    }

    @Test
    void sendsLittle() {
        run(5 * SECOND);
        int before = sent;
        run(100 * SECOND);
        assertThat(sent - before).isBetween(198, 202);
    }

    @Test
    void believesNoAnswerThatItDidNotAskFor() {
        run(3 * SECOND);
        assertThat(probe.answered(42, PathProbe.SHORT_BYTES, now)).isFalse();
        List<Flight> asked = new ArrayList<>();
        probe.tick(now + SECOND, SECOND, (nonce, bytes) -> asked.add(new Flight(nonce, bytes, 0)));
        Flight one = asked.getFirst();
        assertThat(probe.answered(one.nonce(), one.bytes() + 1, now + SECOND)).isFalse();
        assertThat(probe.answered(one.nonce(), one.bytes(), now + SECOND)).isTrue();
        assertThat(probe.answered(one.nonce(), one.bytes(), now + SECOND))
                .as("twice")
                .isFalse();
    }
}
