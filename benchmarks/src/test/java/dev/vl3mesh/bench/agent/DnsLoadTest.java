package dev.vl3mesh.bench.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Against a server on loopback that answers, but for every tenth query.
class DnsLoadTest {
    private static final int TENTH = 10;

    private DatagramChannel server;
    private Thread thread;
    private volatile int records = 1;
    private volatile boolean deaf;

    @BeforeEach
    void serve() throws IOException {
        server = DatagramChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        thread = Thread.ofPlatform().daemon().start(this::answer);
    }

    private void answer() {
        ByteBuffer message = ByteBuffer.allocate(512);
        try {
            while (true) {
                SocketAddress client = server.receive(message.clear());
                int id = message.getShort(0) & 0xffff;
                if (!deaf || id % TENTH != 0) {
                    message.putShort(2, (short) 0x8180).putShort(6, (short) records);
                    server.send(message.flip(), client);
                }
            }
        } catch (ClosedChannelException e) {
            // the test is over
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @AfterEach
    void stop() throws Exception {
        server.close();
        thread.join();
    }

    private DnsLoad load() throws IOException {
        return new DnsLoad(
                List.of(DatagramChannel.open(), DatagramChannel.open()),
                (InetSocketAddress) server.getLocalAddress(),
                List.of("a.example", "bb.example"));
    }

    @Test
    void aQuestionIsOneOfTheRfc() {
        ByteBuffer question = DnsLoad.question("ab.c");
        byte[] bytes = new byte[question.remaining()];
        question.get(bytes);
        assertThat(bytes).containsExactly(0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 2, 'a', 'b', 1, 'c', 0, 0, 1, 0, 1);
    }

    @Test
    void countsAnswersAtAFixedRate() throws Exception {
        try (DnsLoad load = load()) {
            DnsLoad.Outcome outcome = load.pace(500, 200);
            assertThat(outcome.micros().count() + outcome.lost()).isEqualTo(100);
            assertThat(outcome.micros().min()).isPositive();
        }
    }

    @Test
    void whatIsNeverAnsweredIsLostAndDoesNotStopTheOthers() throws Exception {
        deaf = true;
        try (DnsLoad load = load()) {
            DnsLoad.Outcome outcome = load.pace(500, 200);
            assertThat(outcome.lost()).isBetween(10L, 50L);
            DnsLoad.Outcome full = load.saturate(4, 700);
            assertThat(full.lost()).as("4 under way are all lost before long").isBetween(4L, 8L);
            assertThat(full.perSecond()).isPositive();
        }
    }

    @Test
    void anEmptyAnswerIsNoAnswer() throws Exception {
        records = 0;
        try (DnsLoad load = load()) {
            assertThatThrownBy(() -> load.pace(500, 200)).hasMessageContaining("without an address");
        }
    }
}
