package dev.vl3mesh.identity;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.interfaces.RSAPrivateCrtKey;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.regex.Pattern;

/// Signs tokens that say which service account of a mesh somebody is: JWT (RFC 7519), RS256 (RFC 7518, 3.3), which is
/// the one algorithm that istiod takes.
public final class TokenIssuer {
    private static final int KEY_BITS = 2_048;
    private static final BigInteger PUBLIC_EXPONENT = BigInteger.valueOf(65_537);
    private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();
    /// What needs no escape in JSON.
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9:/._-]{1,512}");

    private final PrivateKey key;
    private final BigInteger modulus;
    private final String issuer;

    /// Takes a key of [#newKey].
    ///
    /// @param issuer the `iss` of all tokens
    /// @throws IdentityException if the key is no RSA key
    public TokenIssuer(PrivateKey key, String issuer) {
        if (!(key instanceof RSAPrivateCrtKey rsa) || !rsa.getPublicExponent().equals(PUBLIC_EXPONENT)) {
            throw new IdentityException("the key of the tokens of " + issuer + " is not one that was made for them");
        }
        this.key = key;
        this.modulus = rsa.getModulus();
        this.issuer = plain(issuer);
    }

    /// Makes a key, RSA of 2,048 bits.
    public static PrivateKey newKey(SecureRandom random) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(KEY_BITS, random);
            return generator.generateKeyPair().getPrivate();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has RSA", e);
        }
    }

    /// Signs a token.
    ///
    /// @param subject such as `system:serviceaccount:prod:web`
    /// @param audience whom it is for; written as a list, which istiod insists on
    /// @throws IdentityException if a part has other characters than names have
    public String issue(String subject, String audience, Instant now, Duration lifetime) {
        String header = "{\"alg\":\"RS256\",\"kid\":\"" + keyId() + "\",\"typ\":\"JWT\"}";
        String claims = "{\"iss\":\"" + issuer + "\",\"sub\":\"" + plain(subject) + "\",\"aud\":[\"" + plain(audience)
                + "\"],\"iat\":" + now.getEpochSecond() + ",\"nbf\":"
                + now.minus(CertificateIssuer.CLOCK_SKEW).getEpochSecond() + ",\"exp\":"
                + now.plus(lifetime).getEpochSecond() + "}";
        String signed = base64(header) + "." + base64(claims);
        return signed + "." + BASE64.encodeToString(sign(signed));
    }

    /// The public key, as a JSON Web Key Set (RFC 7517, 5).
    public String keys() {
        return "{\"keys\":[{\"kty\":\"RSA\",\"use\":\"sig\",\"alg\":\"RS256\",\"kid\":\"" + keyId() + "\",\"n\":\""
                + unsigned(modulus) + "\",\"e\":\"" + unsigned(PUBLIC_EXPONENT) + "\"}]}";
    }

    /// The same after any restart, and another one for another key.
    private String keyId() {
        return Pem.sha256(modulus.toByteArray()).substring(0, 16);
    }

    private byte[] sign(String text) {
        try {
            Signature signature = Signature.getInstance("SHA256withRSA");
            signature.initSign(key);
            signature.update(text.getBytes(StandardCharsets.US_ASCII));
            return signature.sign();
        } catch (GeneralSecurityException e) {
            throw new IdentityException("signing a token of " + issuer, e);
        }
    }

    private static String plain(String text) {
        if (!PLAIN.matcher(text).matches()) {
            throw new IdentityException("'" + text + "' can't stand in a token");
        }
        return text;
    }

    private static String base64(String text) {
        return BASE64.encodeToString(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static String unsigned(BigInteger number) {
        byte[] bytes = number.toByteArray();
        int sign = bytes[0] == 0 ? 1 : 0;
        byte[] magnitude = new byte[bytes.length - sign];
        System.arraycopy(bytes, sign, magnitude, 0, magnitude.length);
        return BASE64.encodeToString(magnitude);
    }
}
