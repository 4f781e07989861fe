package dev.vl3mesh.api.invitation;

import dev.vl3mesh.model.KubeClusterName;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32;

/// What an invitation tells the cluster that redeems it: where the home is, how to know it, and the one-time
/// secret. Written as one line,
/// `vl3i1.<base64url>`, with a checksum, so that a slip of the mouse is told from a wrong invitation.
///
/// @param home the home cluster's name
/// @param trustDomain the home's SPIFFE trust domain
/// @param address `host:port` of the home's link
/// @param fingerprint hexadecimal SHA-256 of the home's root certificate
/// @param name of the Invitation object
/// @param secret hexadecimal, 16 bytes; only its hash is kept at home
public record InvitationToken(
        String home, String trustDomain, String address, String fingerprint, String name, String secret) {
    private static final String PREFIX = "vl3i1.";
    private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");
    private static final Pattern SECRET = Pattern.compile("[0-9a-f]{32}");
    private static final Pattern ADDRESS = Pattern.compile("[^\\s/]{1,255}:([0-9]{1,5})");
    private static final Pattern TRUST_DOMAIN = Pattern.compile("[a-z0-9._-]{1,255}"); // SPIFFE-ID specification, 2.1
    private static final Pattern OBJECT = Pattern.compile("[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?"); // RFC 1123
    private static final int PORT_MAX = 65_535;
    /// Longer than any can be: each part is bounded.
    private static final int TEXT_CHARACTERS_MAX = 2_048;

    /// Checks what can be checked.
    ///
    /// @throws IllegalArgumentException naming the part that is wrong
    public InvitationToken {
        check(SHA256.matcher(fingerprint).matches(), "its fingerprint");
        check(SECRET.matcher(secret).matches(), "its secret");
        check(hasPort(address), "its address '" + address + "'");
        check(TRUST_DOMAIN.matcher(trustDomain).matches(), "its trust domain");
        check(OBJECT.matcher(name).matches(), "its name");
        try {
            var _ = new KubeClusterName(home);
        } catch (IllegalArgumentException e) {
            check(false, "its home");
        }
    }

    private static boolean hasPort(String address) {
        Matcher matcher = ADDRESS.matcher(address);
        if (!matcher.matches()) {
            return false;
        }
        int port = Integer.parseInt(matcher.group(1));
        return port > 0 && port <= PORT_MAX;
    }

    private static void check(boolean holds, String part) {
        if (!holds) {
            throw new IllegalArgumentException("this invitation can't be used: " + part + " is not well-formed");
        }
    }

    /// Reads the text; white space around it and line breaks in it do no harm.
    ///
    /// @throws IllegalArgumentException if it is no invitation, or was damaged on its way
    public static InvitationToken parse(String text) {
        String line = text.replaceAll("\\s", "");
        if (!line.startsWith(PREFIX)) {
            throw new IllegalArgumentException("this is no invitation: it does not start with " + PREFIX);
        }
        if (line.length() > TEXT_CHARACTERS_MAX) {
            throw new IllegalArgumentException("this is no invitation: it has " + line.length()
                    + " characters, and none has more than " + TEXT_CHARACTERS_MAX);
        }
        byte[] bytes;
        try {
            bytes = Base64.getUrlDecoder().decode(line.substring(PREFIX.length()));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("this invitation was damaged on its way: copy all of it again", e);
        }
        String content = new String(bytes, StandardCharsets.UTF_8);
        int end = content.lastIndexOf('\n');
        if (end < 0 || !content.substring(end + 1).equals(checksum(content.substring(0, end)))) {
            throw new IllegalArgumentException("this invitation was damaged on its way: copy all of it again");
        }
        List<String> parts = List.of(content.substring(0, end).split("\n", -1));
        if (parts.size() != 6) {
            throw new IllegalArgumentException("this invitation has " + parts.size() + " parts, not 6");
        }
        return new InvitationToken(parts.get(0), parts.get(1), parts.get(2), parts.get(3), parts.get(4), parts.get(5));
    }

    /// The text to hand over.
    public String text() {
        String content = String.join("\n", home, trustDomain, address, fingerprint, name, secret);
        byte[] bytes = (content + "\n" + checksum(content)).getBytes(StandardCharsets.UTF_8);
        return PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private static String checksum(String content) {
        CRC32 crc = new CRC32();
        crc.update(content.getBytes(StandardCharsets.UTF_8));
        return HexFormat.of().toHexDigits((int) crc.getValue());
    }

    /// The secret's bytes.
    public byte[] secretBytes() {
        return HexFormat.of().parseHex(secret);
    }

    /// Without the secret, for logs.
    @Override
    public String toString() {
        return "invitation " + name + " of " + home + " at " + address;
    }
}
