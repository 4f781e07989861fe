package dev.vl3mesh.testbed.failure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.Locale;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class QualityTest {
    private static final Duration INTERVAL = Duration.ofMillis(20);
    private static final String HEAD = "PING 172.21.0.2 (172.21.0.2) 56(84) bytes of data.\n";

    private final StringBuilder output = new StringBuilder(HEAD);

    /// An answer to a request, in time.
    private void answer(int number) {
        answer(number, number * 20L);
    }

    private void answer(int number, long millis) {
        output.append(String.format(
                Locale.ROOT,
                "[%d.%06d] 64 bytes from 172.21.0.2: icmp_seq=%d ttl=62 time=0.211 ms\n",
                1_700_000_000 + millis / 1000,
                millis % 1000 * 1000,
                number % 65_536));
    }

    private void answers(int from, int to) {
        IntStream.rangeClosed(from, to).forEach(this::answer);
    }

    private Quality end(int sent) {
        output.append("\n--- 172.21.0.2 ping statistics ---\n")
                .append(sent)
                .append(" packets transmitted, 3 received, +1 duplicates, 40% packet loss, time 80ms\n")
                .append("rtt min/avg/max/mdev = 0.035/0.048/0.231/0.037 ms\n");
        return Quality.of(output.toString(), INTERVAL);
    }

    @Test
    void allAnswered() {
        answers(1, 100);
        assertThat(end(100)).isEqualTo(new Quality(100, 0, 0, INTERVAL));
    }

    @Test
    void someLost() {
        answers(1, 10);
        answers(21, 30);
        answers(33, 40);
        assertThat(end(40)).isEqualTo(new Quality(40, 12, 0, Duration.ofMillis(220)));
    }

    @Test
    void aGapWithoutLoss() {
        answers(1, 3);
        answer(4, 1500);
        answer(5, 1500);
        assertThat(end(5)).isEqualTo(new Quality(5, 0, 0, Duration.ofMillis(1440)));
    }

    @Test
    void duplicatesAreNoAnswersToOthers() {
        answers(1, 3);
        output.append("[1700000000.061000] 64 bytes from 172.21.0.2: icmp_seq=3 ttl=62 time=1.21 ms (DUP!)\n");
        answers(5, 6);
        assertThat(end(6)).isEqualTo(new Quality(6, 1, 1, Duration.ofMillis(39)));
    }

    @Test
    void theOrderDoesNotMatter() {
        answer(1, 20);
        answer(3, 61);
        answer(2, 62);
        answer(4, 80);
        assertThat(end(4)).isEqualTo(new Quality(4, 0, 0, Duration.ofMillis(41)));
    }

    @Test
    void theLastOneMayBeUnderWay() {
        answers(1, 9);
        assertThat(end(10).lost()).isZero();
        assertThat(end(11).lost()).isEqualTo(1);
    }

    @Test
    void silenceAtTheEndIsAGap() {
        answers(1, 10);
        assertThat(end(110)).isEqualTo(new Quality(110, 99, 0, Duration.ofSeconds(2)));
    }

    @Test
    void silenceAtTheBeginningIsAGap() {
        answers(51, 60);
        assertThat(end(60)).isEqualTo(new Quality(60, 50, 0, Duration.ofSeconds(1)));
    }

    @Test
    void noAnswerAtAll() {
        assertThat(end(50)).isEqualTo(new Quality(50, 49, 0, Duration.ofSeconds(1)));
    }

    @Test
    void whatOthersSayIsNoAnswer() {
        answers(1, 3);
        output.append("[1700000000.080000] From 172.21.0.1 icmp_seq=4 Destination Host Unreachable\n");
        output.append("ping: sendmsg: Network is unreachable\n");
        answers(6, 6);
        assertThat(end(6)).isEqualTo(new Quality(6, 2, 0, Duration.ofMillis(60)));
    }

    @Test
    void numbersBeginAgainAfter65535() {
        answers(1, 65_540);
        answers(65_543, 131_080);
        assertThat(end(131_080)).isEqualTo(new Quality(131_080, 2, 0, Duration.ofMillis(60)));
    }

    @Test
    void aPingThatDidNotEndIsNoMeasurement() {
        answers(1, 3);
        output.append("[1700000000.08");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Quality.of(output.toString(), INTERVAL))
                .withMessageContaining("ping did not end");
    }
}
