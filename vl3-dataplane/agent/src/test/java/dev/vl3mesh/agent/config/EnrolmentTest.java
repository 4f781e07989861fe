package dev.vl3mesh.agent.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vl3mesh.identity.CertificateRequest;
import java.security.SecureRandom;
import org.junit.jupiter.api.Test;

class EnrolmentTest {
    /// Which would cost each agent 10 MiB of memory and half a second of its start: netty makes a provider of it as
    /// soon
    /// as it finds one.
    @Test
    void anAgentAsksForItsIdentityWithoutBouncyCastle() {
        assertThatThrownBy(() -> Class.forName("org.bouncycastle.jce.provider.BouncyCastleProvider"))
                .isInstanceOf(ClassNotFoundException.class);
        assertThat(CertificateRequest.make(new SecureRandom()).der()).isNotEmpty();
    }
}
