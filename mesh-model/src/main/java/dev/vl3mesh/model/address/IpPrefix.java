package dev.vl3mesh.model.address;

/// A range of addresses that share their first bits (CIDR, RFC 4632).
///
/// @param address the first address; all bits behind the length are 0
/// @param length the number of shared bits, 0 to 32 or 128
public record IpPrefix(IpAddress address, int length) implements Comparable<IpPrefix> {

    /// @throws IllegalArgumentException if the length does not fit the family, or bits behind it are set
    public IpPrefix {
        if (length < 0 || length > address.family().bits()) {
            throw new IllegalArgumentException("prefix length " + length + " does not fit " + address);
        }
        IpAddress first = masked(address, length);
        if (!first.equals(address)) {
            throw new IllegalArgumentException(
                    "'" + address + "/" + length + "' has bits set behind its length: write " + first + "/" + length);
        }
    }

    /// Parses `address/length`; a bare address is the prefix that holds only it.
    ///
    /// @throws IllegalArgumentException if the text is no prefix, with what to write instead where that is clear
    public static IpPrefix parse(String text) {
        int slash = text.indexOf('/');
        if (slash < 0) {
            return IpAddress.parse(text).toPrefix();
        }
        IpAddress address = IpAddress.parse(text.substring(0, slash));
        String length = text.substring(slash + 1);
        if (length.isEmpty() || length.length() > 3 || !length.chars().allMatch(c -> c >= '0' && c <= '9')) {
            throw new IllegalArgumentException("'" + text + "' has no prefix length behind its slash");
        }
        return new IpPrefix(address, Integer.parseInt(length));
    }

    /// Returns the prefix of a length that an address lies in.
    public static IpPrefix containing(IpAddress address, int length) {
        return new IpPrefix(masked(address, length), length);
    }

    private static IpAddress masked(IpAddress address, int length) {
        if (address.family() == IpFamily.V4) {
            return new IpAddress(IpFamily.V4, 0, length == 0 ? 0 : address.low() & (0xffff_ffffL << (32 - length)));
        }
        long high = length == 0 ? 0 : length >= 64 ? address.high() : address.high() & (-1L << (64 - length));
        long low = length <= 64 ? 0 : length == 128 ? address.low() : address.low() & (-1L << (128 - length));
        return new IpAddress(IpFamily.V6, high, low);
    }

    /// The address family.
    public IpFamily family() {
        return address.family();
    }

    /// Whether an address lies in this prefix; never one of the other family.
    public boolean contains(IpAddress candidate) {
        return candidate.family() == family() && masked(candidate, length).equals(address);
    }

    /// Whether all of another prefix lies in this one.
    public boolean contains(IpPrefix other) {
        return other.length >= length && contains(other.address);
    }

    /// Whether any address lies in both.
    public boolean overlaps(IpPrefix other) {
        return contains(other) || other.contains(this);
    }

    /// The number of bits behind the length.
    public int hostBits() {
        return family().bits() - length;
    }

    @Override
    public int compareTo(IpPrefix other) {
        int byAddress = address.compareTo(other.address);
        return byAddress != 0 ? byAddress : Integer.compare(length, other.length);
    }

    @Override
    public String toString() {
        return address + "/" + length;
    }
}
