package dev.vl3mesh.api.invitation;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HexFormat;
import java.util.zip.CRC32;

class InvitationTokenFuzzTest {
    @FuzzTest(maxDuration = "2m")
    void textIsAnInvitationOrRefused(byte[] bytes) {
        check(new String(bytes, StandardCharsets.UTF_8));
    }

    /// With a checksum that is right, so that what stands behind it is reached.
    @FuzzTest(maxDuration = "2m")
    void contentIsAnInvitationOrRefused(byte[] bytes) {
        String content = new String(bytes, StandardCharsets.UTF_8);
        CRC32 crc = new CRC32();
        crc.update(content.getBytes(StandardCharsets.UTF_8));
        String whole = content + "\n" + HexFormat.of().toHexDigits((int) crc.getValue());
        check("vl3i1." + Base64.getUrlEncoder().encodeToString(whole.getBytes(StandardCharsets.UTF_8)));
    }

    private static void check(String text) {
        InvitationToken token;
        try {
            token = InvitationToken.parse(text);
        } catch (IllegalArgumentException e) {
            assertThat(e.getMessage()).contains("invitation").hasSizeLessThan(600);
            return;
        }
        assertThat(InvitationToken.parse(token.text())).isEqualTo(token);
        assertThat(token.secretBytes()).hasSize(16);
        assertThat(token.toString()).doesNotContain(token.secret());
    }
}
