package dev.vl3mesh.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.spec.RSAPublicKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class TokenIssuerTest {
    private static final PrivateKey KEY = TokenIssuer.newKey(new SecureRandom());
    private static final Instant NOW = Instant.ofEpochSecond(1_800_000_000);

    private final TokenIssuer issuer = new TokenIssuer(KEY, "https://red.vl3.internal");

    private static String decoded(String part) {
        return new String(Base64.getUrlDecoder().decode(part), StandardCharsets.US_ASCII);
    }

    private static BigInteger number(String keys, String name) {
        Matcher matcher = Pattern.compile("\"" + name + "\":\"([^\"]+)\"").matcher(keys);
        assertThat(matcher.find()).isTrue();
        return new BigInteger(1, Base64.getUrlDecoder().decode(matcher.group(1)));
    }

    @Test
    void whoHasThePublishedKeyCanCheckAToken() throws GeneralSecurityException {
        String token = issuer.issue("system:serviceaccount:prod:web", "istio-ca", NOW, Duration.ofHours(2));
        String[] parts = token.split("\\.");
        assertThat(decoded(parts[0])).contains("\"alg\":\"RS256\"");
        assertThat(decoded(parts[1]))
                .isEqualTo("{\"iss\":\"https://red.vl3.internal\",\"sub\":\"system:serviceaccount:prod:web\","
                        + "\"aud\":[\"istio-ca\"],\"iat\":1800000000,\"nbf\":1799999700,\"exp\":1800007200}");
        String keys = issuer.keys();
        PublicKey published = KeyFactory.getInstance("RSA")
                .generatePublic(new RSAPublicKeySpec(number(keys, "n"), number(keys, "e")));
        Signature signature = Signature.getInstance("SHA256withRSA");
        signature.initVerify(published);
        signature.update((parts[0] + "." + parts[1]).getBytes(StandardCharsets.US_ASCII));
        assertThat(signature.verify(Base64.getUrlDecoder().decode(parts[2]))).isTrue();
    }

    @Test
    void namesCantAddClaims() {
        assertThatThrownBy(() -> issuer.issue("a\",\"sub\":\"b", "istio-ca", NOW, Duration.ofHours(1)))
                .isInstanceOf(IdentityException.class)
                .hasMessageContaining("can't stand in a token");
    }

    @Test
    void anotherKindOfKeyIsRefused() {
        PrivateKey ec = CertificateRequest.newKeys(new SecureRandom()).getPrivate();
        assertThatThrownBy(() -> new TokenIssuer(ec, "https://red.vl3.internal"))
                .isInstanceOf(IdentityException.class);
    }

    @Test
    void aKeySurvivesItsText() {
        assertThat(new TokenIssuer(Pem.key(Pem.key(KEY)), "https://red.vl3.internal").keys())
                .isEqualTo(issuer.keys());
    }
}
