package dev.vl3mesh.model.address;

/// An IP version.
public enum IpFamily {
    /// RFC 791.
    V4(32),
    /// RFC 8200.
    V6(128);

    private final int bits;

    IpFamily(int bits) {
        this.bits = bits;
    }

    /// The width of an address in bits.
    public int bits() {
        return bits;
    }
}
