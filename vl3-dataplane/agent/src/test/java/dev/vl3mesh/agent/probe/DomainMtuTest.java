package dev.vl3mesh.agent.probe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vl3mesh.agent.probe.DomainMtu.Measured;
import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;

class DomainMtuTest {
    private static final long SECOND = 1_000_000_000L;

    private final DomainMtu decision = new DomainMtu();

    @Test
    void goesDownAtOnceAndUpOnlyWhenAllIsKnown() {
        decision.begin(1400);
        assertThat(decision.decide(new Measured(1450, 0, false), 0)).isEqualTo(1400);
        assertThat(decision.decide(new Measured(1350, 0, false), SECOND)).isEqualTo(1350);
        assertThat(decision.decide(new Measured(1450, 0, false), 2 * SECOND)).isEqualTo(1350);
        assertThat(decision.decide(new Measured(1450, 1420, true), 3 * SECOND)).isEqualTo(1420);
        assertThat(decision.decide(new Measured(1450, 1450, false), 4 * SECOND)).isEqualTo(1420);
        assertThat(decision.decide(new Measured(1450, 1450, false), 14 * SECOND))
                .as("a peer that never answers holds nobody back")
                .isEqualTo(1450);
    }

    @Test
    void isNeverLessThanIpv6Needs() {
        decision.begin(1450);
        Measured narrow = new Measured(1250, 1450, true);
        assertThat(narrow.isTooSmall()).isTrue();
        assertThat(decision.decide(narrow, 0)).isEqualTo(1280);
        assertThat(new Measured(0, 0, true).isTooSmall()).isFalse();
    }

    @Test
    void knowsNothingWithoutPeers() {
        decision.begin(1450);
        assertThat(decision.decide(new Measured(0, 0, true), 0)).isZero();
        assertThat(decision.decide(new Measured(1400, 0, true), 1)).isEqualTo(1400);
    }

    @Test
    void readsWhatItWritesAndNothingElse() {
        ByteBuffer buffer = ByteBuffer.allocate(ProbeMessage.BYTES_MAX);
        ProbeMessage message = new ProbeMessage(ProbeMessage.Kind.ANSWER, -5, 1450, 1400);
        message.write(buffer);
        assertThat(buffer.remaining()).isEqualTo(1352);
        assertThat(ProbeMessage.read(buffer)).contains(message);
        Random random = new Random(7);
        byte[] noise = new byte[64];
        for (int i = 0; i < 10_000; i++) {
            random.nextBytes(noise);
            assertThat(ProbeMessage.read(ByteBuffer.wrap(noise, 0, random.nextInt(64))))
                    .isEmpty();
        }
    }
}
