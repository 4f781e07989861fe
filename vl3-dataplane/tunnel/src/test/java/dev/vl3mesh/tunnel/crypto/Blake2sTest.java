package dev.vl3mesh.tunnel.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class Blake2sTest {
    private static final HexFormat HEX = HexFormat.of();

    /// RFC 7693, appendix B.
    @Test
    void abc() {
        assertThat(Blake2s.hash()
                        .update("abc".getBytes(StandardCharsets.US_ASCII))
                        .digest())
                .asHexString()
                .isEqualToIgnoringCase("508c5e8c327c14e2e1a72ba34eeb452f37458b209ed63a294d999b4c86675982");
    }

    private static byte[] sequence(int length, int seed) {
        byte[] out = new byte[length];
        int a = 0xDEAD4BAD * seed;
        int b = 1;
        for (int i = 0; i < length; i++) {
            int t = a + b;
            a = b;
            b = t;
            out[i] = (byte) (t >>> 24);
        }
        return out;
    }

    /// RFC 7693, appendix E: digests of all lengths, with keys and without, of inputs of all kinds of lengths.
    @Test
    void theSelfTest() {
        Blake2s all = Blake2s.hash();
        for (int digest : new int[] {16, 20, 28, 32}) {
            for (int length : new int[] {0, 3, 64, 65, 255, 1024}) {
                byte[] input = sequence(length, length);
                all.update(Blake2s.sized(digest, new byte[0]).update(input).digest());
                all.update(Blake2s.mac(sequence(digest, digest), digest)
                        .update(input)
                        .digest());
            }
        }
        assertThat(all.digest())
                .isEqualTo(HEX.parseHex("6a411f08ce25adcdfb02aba641451cec53c598b24f4fc787fbdc88797f4c1dfe"));
    }

    @Test
    void inPartsItIsTheSame() {
        byte[] input = sequence(300, 7);
        Blake2s parts = Blake2s.hash();
        for (int i = 0; i < input.length; i += 7) {
            parts.update(input, i, Math.min(7, input.length - i));
        }
        assertThat(parts.digest()).isEqualTo(Blake2s.hash().update(input).digest());
    }

    @Test
    void lengthsOutOfRangeAreRefused() {
        assertThatThrownBy(() -> Blake2s.mac(new byte[33], 16)).hasMessageContaining("a key of 33 bytes");
        assertThatThrownBy(() -> Blake2s.mac(new byte[1], 33)).hasMessageContaining("a digest of 33");
    }
}
