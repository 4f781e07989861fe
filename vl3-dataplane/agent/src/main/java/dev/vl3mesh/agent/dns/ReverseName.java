package dev.vl3mesh.agent.dns;

import dev.vl3mesh.model.address.IpAddress;
import java.util.Optional;

/// Names of the reverse trees: `7.3.16.172.in-addr.arpa.` (RFC 1035, 3.5), and 32 nibbles before `ip6.arpa.`
/// (RFC 3596, 2.5).
final class ReverseName {
    private static final String V4_SUFFIX = ".in-addr.arpa.";
    private static final String V6_SUFFIX = ".ip6.arpa.";
    private static final int V6_NIBBLES = 32;

    private ReverseName() {}

    /// Returns the address that a whole reverse name stands for, or nothing where it is none.
    ///
    /// @param name in lower case, with its final dot
    static Optional<IpAddress> parse(String name) {
        if (name.endsWith(V4_SUFFIX)) {
            return v4(name.substring(0, name.length() - V4_SUFFIX.length()).split("\\.", -1));
        }
        if (name.endsWith(V6_SUFFIX)) {
            return v6(name.substring(0, name.length() - V6_SUFFIX.length()));
        }
        return Optional.empty();
    }

    private static Optional<IpAddress> v4(String[] labels) {
        if (labels.length != 4) {
            return Optional.empty();
        }
        byte[] bytes = new byte[4];
        for (int i = 0; i < 4; i++) {
            String label = labels[3 - i];
            if (label.isEmpty() || label.length() > 3 || !label.chars().allMatch(c -> c >= '0' && c <= '9')) {
                return Optional.empty();
            }
            int value = Integer.parseInt(label);
            if (value > 255 || (label.length() > 1 && label.charAt(0) == '0')) {
                return Optional.empty();
            }
            bytes[i] = (byte) value;
        }
        return Optional.of(IpAddress.ofBytes(bytes));
    }

    private static Optional<IpAddress> v6(String nibbles) {
        if (nibbles.length() != 2 * V6_NIBBLES - 1) {
            return Optional.empty();
        }
        byte[] bytes = new byte[V6_NIBBLES / 2];
        for (int i = 0; i < V6_NIBBLES; i++) {
            int digit = Character.digit(nibbles.charAt(2 * i), 16);
            if (digit < 0 || (i > 0 && nibbles.charAt(2 * i - 1) != '.')) {
                return Optional.empty();
            }
            int index = bytes.length - 1 - i / 2;
            bytes[index] |= (byte) (i % 2 == 0 ? digit : digit << 4);
        }
        return Optional.of(IpAddress.ofBytes(bytes));
    }
}
