package dev.vl3mesh.model.address;

import java.math.BigInteger;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;

/// An IPv4 or IPv6 address as a number of 32 or 128 bits. Never resolves names, has no zone.
///
/// @param family the address family; it decides the width
/// @param high the upper 64 bits, 0 for IPv4
/// @param low the lower 64 bits, 0 to 2^32 - 1 for IPv4
public record IpAddress(IpFamily family, long high, long low) implements Comparable<IpAddress> {

    /// @throws IllegalArgumentException if an IPv4 value exceeds 32 bits
    public IpAddress {
        if (family == IpFamily.V4 && (high != 0 || low >>> 32 != 0)) {
            throw new IllegalArgumentException("an IPv4 address has 32 bits");
        }
    }

    /// Parses the dotted form without leading zeros or the colon form (RFC 4291, 2.2); an IPv4-mapped IPv6 address is
    /// refused, because one address must have one meaning.
    ///
    /// @throws IllegalArgumentException if the text is no address
    public static IpAddress parse(String text) {
        boolean literal =
                !text.isEmpty() && text.chars().allMatch(c -> Character.digit(c, 16) >= 0 || c == '.' || c == ':');
        boolean dotted = text.chars().filter(c -> c == '.').count() == 3 && text.indexOf(':') < 0;
        if (!literal || !(dotted || text.indexOf(':') >= 0)) {
            throw new IllegalArgumentException("'" + text + "' is not an IP address");
        }
        InetAddress address;
        try {
            address = InetAddress.ofLiteral(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("'" + text + "' is not an IP address", e);
        }
        if (address instanceof Inet4Address != dotted) {
            throw new IllegalArgumentException("'" + text + "' is an IPv4-mapped IPv6 address: write the IPv4 address");
        }
        IpAddress parsed = ofBytes(address.getAddress());
        if (dotted && !parsed.toString().equals(text)) { // others read 010 as 8
            throw new IllegalArgumentException("'" + text + "' is not an IP address as it is written: write " + parsed);
        }
        return parsed;
    }

    /// Makes an address of 4 or 16 bytes in network order.
    ///
    /// @throws IllegalArgumentException at any other length
    public static IpAddress ofBytes(byte[] bytes) {
        return switch (bytes.length) {
            case 4 -> new IpAddress(IpFamily.V4, 0, number(bytes, 0, 4));
            case 16 -> new IpAddress(IpFamily.V6, number(bytes, 0, 8), number(bytes, 8, 8));
            default -> throw new IllegalArgumentException("an address has 4 or 16 bytes, not " + bytes.length);
        };
    }

    private static long number(byte[] bytes, int offset, int count) {
        long number = 0;
        for (int i = 0; i < count; i++) {
            number = (number << 8) | (bytes[offset + i] & 0xff);
        }
        return number;
    }

    /// Returns the 4 or 16 bytes in network order.
    public byte[] bytes() {
        byte[] bytes = new byte[family.bits() / 8];
        for (int i = 0; i < bytes.length; i++) {
            int fromEnd = bytes.length - 1 - i;
            bytes[i] = (byte) (fromEnd < 8 ? low >>> (8 * fromEnd) : high >>> (8 * (fromEnd - 8)));
        }
        return bytes;
    }

    /// Returns this address plus an offset, wrapping within the family's width.
    ///
    /// @param offset 0 or more
    public IpAddress plus(long offset) {
        if (family == IpFamily.V4) {
            return new IpAddress(family, 0, (low + offset) & 0xffff_ffffL);
        }
        long sum = low + offset;
        return new IpAddress(family, Long.compareUnsigned(sum, low) < 0 ? high + 1 : high, sum);
    }

    /// Returns the address as a non-negative number.
    public BigInteger number() {
        return new BigInteger(1, bytes());
    }

    /// Returns this address for the JDK's socket classes.
    public InetAddress toInetAddress() {
        try {
            return InetAddress.getByAddress(bytes());
        } catch (UnknownHostException e) {
            throw new IllegalStateException("4 or 16 bytes are an address", e);
        }
    }

    /// Returns the prefix that holds only this address.
    public IpPrefix toPrefix() {
        return new IpPrefix(this, family.bits());
    }

    @Override
    public int compareTo(IpAddress other) {
        if (family != other.family) {
            return family.compareTo(other.family);
        }
        int upper = Long.compareUnsigned(high, other.high);
        return upper != 0 ? upper : Long.compareUnsigned(low, other.low);
    }

    /// Returns the canonical text (dotted; RFC 5952, 4).
    @Override
    public String toString() {
        return family == IpFamily.V4 ? dotted() : colons();
    }

    /// Returns the text as a part of names: `172-16-3-7`, `fd00-16--3-7`, as Kubernetes forms it.
    public String label() {
        return toString().replace('.', '-').replace(':', '-');
    }

    private String dotted() {
        return (low >>> 24) + "." + ((low >>> 16) & 0xff) + "." + ((low >>> 8) & 0xff) + "." + (low & 0xff);
    }

    private String colons() {
        int[] groups = new int[8];
        Arrays.setAll(groups, i -> (int) (((i < 4 ? high : low) >>> (16 * (3 - i % 4))) & 0xffff));
        int start = -1;
        int length = 1;
        for (int i = 0; i < 8; i++) {
            int run = 0;
            while (i + run < 8 && groups[i + run] == 0) {
                run++;
            }
            if (run > length) {
                start = i;
                length = run;
            }
        }
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 8; i++) {
            if (i == start) {
                text.append("::");
                i += length - 1;
            } else {
                if (!text.isEmpty() && text.charAt(text.length() - 1) != ':') {
                    text.append(':');
                }
                text.append(Integer.toHexString(groups[i]));
            }
        }
        return text.toString();
    }
}
