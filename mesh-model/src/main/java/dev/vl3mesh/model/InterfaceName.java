package dev.vl3mesh.model;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/// The name of a pod's interface in a domain: `vl3-<domain>`, or where that exceeds the kernel's 15 bytes (IFNAMSIZ -
/// 1, `linux/if.h`)
/// the short form `vl3-<first 4 characters>-<6 hexadecimal digits of SHA-256>`.
///
/// @param value 5 to 15 ASCII characters
public record InterfaceName(String value) {
    private static final int BYTES_MAX = 15;
    private static final String PREFIX = "vl3-";

    /// Returns the one name of a domain's interface; the same everywhere and for ever.
    public static InterfaceName of(DomainName domain) {
        String whole = PREFIX + domain;
        if (whole.length() <= BYTES_MAX) {
            return new InterfaceName(whole);
        }
        return new InterfaceName(
                PREFIX + domain.value().substring(0, 4) + "-" + digest(domain).substring(0, 6));
    }

    private static String digest(DomainName domain) {
        try {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            return HexFormat.of().formatHex(sha256.digest(domain.value().getBytes(StandardCharsets.US_ASCII)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    @Override
    public String toString() {
        return value;
    }
}
