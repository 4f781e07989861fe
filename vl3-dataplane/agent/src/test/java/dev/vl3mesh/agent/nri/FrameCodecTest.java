package dev.vl3mesh.agent.nri;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.vl3mesh.agent.Seed;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FrameCodecTest {
    private final List<TtrpcFrame> decoded = new ArrayList<>();
    private final TtrpcDecoder ttrpc = new TtrpcDecoder(decoded::add);
    private final ByteArrayOutputStream others = new ByteArrayOutputStream();
    private final MuxDecoder mux = new MuxDecoder((connection, bytes) -> {
        if (connection == MuxDecoder.PLUGIN_CONNECTION) {
            ttrpc.feed(bytes);
        } else {
            while (bytes.hasRemaining()) {
                others.write(bytes.get());
            }
        }
    });

    @Test
    void framesSurviveAnyCutOfTrunkAndStream() {
        Random random = Seed.random("framesSurviveAnyCutOfTrunkAndStream");
        List<TtrpcFrame> sent = new ArrayList<>();
        ByteArrayOutputStream stream = new ByteArrayOutputStream();
        for (int i = 0; i < 2_000; i++) {
            byte[] payload = new byte[random.nextInt(4) == 0 ? 0 : random.nextInt(300)];
            random.nextBytes(payload);
            TtrpcFrame frame = new TtrpcFrame(
                    random.nextInt(), (byte) random.nextInt(), (byte) random.nextInt(), ByteString.copyFrom(payload));
            sent.add(frame);
            stream.writeBytes(frame.encode());
        }
        ByteArrayOutputStream trunk = new ByteArrayOutputStream();
        byte[] bytes = stream.toByteArray();
        for (int from = 0; from < bytes.length; ) {
            int to = Math.min(bytes.length, from + random.nextInt(40));
            trunk.writeBytes(MuxDecoder.encode(MuxDecoder.PLUGIN_CONNECTION, Arrays.copyOfRange(bytes, from, to))
                    .array());
            trunk.writeBytes(MuxDecoder.encode(MuxDecoder.RUNTIME_CONNECTION, new byte[] {(byte) from})
                    .array());
            from = to;
        }
        feedInPieces(random, trunk.toByteArray());

        assertThat(decoded).isEqualTo(sent);
        assertThat(others.size()).isPositive();
    }

    @Test
    void noBytesEndOtherwiseThanInFramesOrARefusal() {
        Random random = Seed.random("noBytesEndOtherwiseThanInFramesOrARefusal");
        for (int i = 0; i < 3_000; i++) {
            byte[] noise = new byte[random.nextInt(200)];
            random.nextBytes(noise);
            if (random.nextBoolean() && noise.length > 8) {
                ByteBuffer.wrap(noise).putInt(MuxDecoder.PLUGIN_CONNECTION).putInt(random.nextInt(200));
            }
            MuxDecoder fresh = new MuxDecoder((_, bytes) -> new TtrpcDecoder(_ -> {}).feed(bytes));
            try {
                fresh.feed(ByteBuffer.wrap(noise));
            } catch (NriException expected) {
                assertThat(expected).hasMessageContaining("exceeds");
            }
        }
    }

    @Test
    void refusesOversizedFramesBeforeTakingThem() {
        ByteBuffer tooLong = ByteBuffer.allocate(8).putInt(1).putInt(MuxDecoder.PAYLOAD_BYTES_MAX + 1);
        assertThatThrownBy(() -> mux.feed(tooLong.flip()))
                .isInstanceOf(NriException.class)
                .hasMessageContaining("exceeds");
        ByteBuffer negative = ByteBuffer.allocate(10).putInt(-1);
        assertThatThrownBy(() -> ttrpc.feed(negative.clear())).isInstanceOf(NriException.class);
    }

    private void feedInPieces(Random random, byte[] bytes) {
        for (int from = 0; from < bytes.length; ) {
            int to = Math.min(bytes.length, from + 1 + random.nextInt(60));
            mux.feed(ByteBuffer.wrap(bytes, from, to - from).slice());
            from = to;
        }
    }
}
