package dev.vl3mesh.api.invitation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import org.junit.jupiter.api.Test;

class InvitationTokenTest {
    private static final InvitationToken TOKEN = new InvitationToken(
            "east", "east.vl3mesh.internal", "198.18.1.11:30443", "ab".repeat(32), "invite-7", "0f".repeat(16));

    @Test
    void comesBackFromItsTextHoweverItWasCopied() {
        String text = TOKEN.text();
        assertThat(InvitationToken.parse(text)).isEqualTo(TOKEN);
        assertThat(InvitationToken.parse(" " + text.substring(0, 40) + "\n  " + text.substring(40) + "\n"))
                .isEqualTo(TOKEN);
        assertThat(TOKEN.toString()).doesNotContain("0f0f");
    }

    @Test
    void anyDamageIsNoticed() {
        Random random = new Random(11);
        String text = TOKEN.text();
        for (int i = 0; i < 2000; i++) {
            StringBuilder damaged = new StringBuilder(text);
            int at = 6 + random.nextInt(text.length() - 6);
            damaged.setCharAt(at, damaged.charAt(at) == 'A' ? 'B' : 'A');
            // the last character's lower bits carry nothing, so equal content may come of another letter
            try {
                assertThat(InvitationToken.parse(damaged.toString())).isEqualTo(TOKEN);
                assertThat(at).isEqualTo(text.length() - 1);
            } catch (IllegalArgumentException e) {
                assertThat(e).hasMessageContaining("invitation");
            }
        }
        assertThatThrownBy(() -> InvitationToken.parse("hello")).hasMessageContaining("does not start with vl3i1.");
        assertThatThrownBy(() -> InvitationToken.parse(text.substring(0, text.length() - 5)))
                .hasMessageContaining("damaged");
    }
}
