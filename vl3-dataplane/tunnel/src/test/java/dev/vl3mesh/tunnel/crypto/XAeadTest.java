package dev.vl3mesh.tunnel.crypto;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/// draft-irtf-cfrg-xchacha-03, 2.2.1 and appendix A.3.1.
class XAeadTest {
    private static byte[] hex(String text) {
        return HexFormat.of().parseHex(text);
    }

    @Test
    void theSubkey() {
        assertThat(XAead.subkey(
                        hex("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"),
                        hex("000000090000004a0000000031415927")))
                .isEqualTo(hex("82413b4227b27bfed30e42508a877d73a0f9e4d58a74a853c12ec41326d3ecdc"));
    }

    @Test
    void sealedAndOpened() {
        byte[] key = hex("808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f");
        byte[] nonce = hex("404142434445464748494a4b4c4d4e4f5051525354555657");
        byte[] associated = hex("50515253c0c1c2c3c4c5c6c7");
        byte[] plain = ("Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future,"
                        + " sunscreen would be it.")
                .getBytes(StandardCharsets.US_ASCII);
        ByteBuffer sealed = ByteBuffer.allocate(plain.length + Aead.TAG);
        XAead.seal(key, nonce, associated, ByteBuffer.wrap(plain), sealed);
        // the draft's nonce ends with bytes that are no counter from zero
        assertThat(Arrays.copyOf(sealed.array(), 16)).isEqualTo(hex("bd6d179d3e83d43b9576579493c0e939"));
        assertThat(Arrays.copyOfRange(sealed.array(), plain.length, plain.length + Aead.TAG))
                .isEqualTo(hex("c0875924c1c7987947deafd8780acf49"));
        ByteBuffer opened = ByteBuffer.allocate(plain.length);
        assertThat(XAead.open(key, nonce, associated, sealed.flip(), opened)).isTrue();
        assertThat(opened.array()).isEqualTo(plain);
        sealed.array()[3] ^= 1;
        assertThat(XAead.open(key, nonce, associated, sealed.rewind(), opened.clear()))
                .isFalse();
    }
}
