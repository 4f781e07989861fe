package dev.vl3mesh.linux.netlink;

import java.util.HexFormat;

/// An Ethernet address.
///
/// @param bits the lower 48 bits
public record HardwareAddress(long bits) {
    private static final HexFormat COLONS = HexFormat.ofDelimiter(":");

    /// Checks the width.
    ///
    /// @throws IllegalArgumentException if more than 48 bits are set
    public HardwareAddress {
        if (bits >>> 48 != 0) {
            throw new IllegalArgumentException("an Ethernet address has 48 bits");
        }
    }

    /// Parses six pairs of hexadecimal digits with colons.
    ///
    /// @throws IllegalArgumentException if the text is none
    public static HardwareAddress parse(String text) {
        return ofBytes(COLONS.parseHex(text));
    }

    /// Makes an address of six bytes.
    ///
    /// @throws IllegalArgumentException at any other length
    public static HardwareAddress ofBytes(byte[] bytes) {
        if (bytes.length != 6) {
            throw new IllegalArgumentException("an Ethernet address has 6 bytes, not " + bytes.length);
        }
        long bits = 0;
        for (byte b : bytes) {
            bits = (bits << 8) | (b & 0xff);
        }
        return new HardwareAddress(bits);
    }

    /// Returns the six bytes.
    public byte[] bytes() {
        byte[] bytes = new byte[6];
        for (int i = 0; i < 6; i++) {
            bytes[i] = (byte) (bits >>> (8 * (5 - i)));
        }
        return bytes;
    }

    @Override
    public String toString() {
        return COLONS.formatHex(bytes());
    }
}
