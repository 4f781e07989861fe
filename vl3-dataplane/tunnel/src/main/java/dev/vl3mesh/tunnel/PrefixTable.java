package dev.vl3mesh.tunnel;

import dev.vl3mesh.model.address.IpAddress;
import dev.vl3mesh.model.address.IpFamily;
import dev.vl3mesh.model.address.IpPrefix;
import org.jspecify.annotations.Nullable;

/// What the longest prefix of an address stands for: a binary trie for each family, whose nodes are as long as they can
/// be. A look-up takes as many steps as prefixes contain each other, and allocates nothing. Not safe for threads.
final class PrefixTable<V> {
    private static final class Node<V> {
        /// The prefix's bits, from the highest on; what is behind them is zero.
        final long high;
        final long low;
        final int length;

        @Nullable
        V value;

        @Nullable
        Node<V> zero;

        @Nullable
        Node<V> one;

        Node(long high, long low, int length, @Nullable V value) {
            this.high = high & mask(length);
            this.low = low & mask(length - Long.SIZE);
            this.length = length;
            this.value = value;
        }

        boolean contains(long high, long low) {
            return ((this.high ^ high) & mask(length)) == 0 && ((this.low ^ low) & mask(length - Long.SIZE)) == 0;
        }

        @Nullable
        Node<V> child(long high, long low) {
            return bit(high, low, length) ? one : zero;
        }

        void setChild(long high, long low, @Nullable Node<V> child) {
            if (bit(high, low, length)) {
                one = child;
            } else {
                zero = child;
            }
        }
    }

    private @Nullable Node<V> four;
    private @Nullable Node<V> six;

    private static long mask(int length) {
        return length <= 0 ? 0 : length >= Long.SIZE ? -1 : -1L << (Long.SIZE - length);
    }

    private static boolean bit(long high, long low, int index) {
        return index < Long.SIZE ? high << index < 0 : low << (index - Long.SIZE) < 0;
    }

    /// Addresses of IPv4 have their bits at the top, too.
    private static long high(IpAddress address) {
        return address.family() == IpFamily.V4 ? address.low() << Integer.SIZE : address.high();
    }

    private static long low(IpAddress address) {
        return address.family() == IpFamily.V4 ? 0 : address.low();
    }

    /// Sets what a prefix stands for.
    void put(IpPrefix prefix, V value) {
        long high = high(prefix.address());
        long low = low(prefix.address());
        if (prefix.family() == IpFamily.V4) {
            four = put(four, high, low, prefix.length(), value);
        } else {
            six = put(six, high, low, prefix.length(), value);
        }
    }

    private static <V> Node<V> put(@Nullable Node<V> node, long high, long low, int length, V value) {
        if (node == null) {
            return new Node<>(high, low, length, value);
        }
        int common = Math.min(Math.min(node.length, length), common(node, high, low));
        if (common == node.length) {
            if (length == node.length) {
                node.value = value;
            } else {
                node.setChild(high, low, put(node.child(high, low), high, low, length, value));
            }
            return node;
        }
        Node<V> added = new Node<>(high, low, length, value);
        Node<V> top = common == length ? added : new Node<>(high, low, common, null);
        top.setChild(node.high, node.low, node);
        if (common != length) {
            top.setChild(high, low, added);
        }
        return top;
    }

    /// How many of the first bits are equal.
    private static int common(Node<?> node, long high, long low) {
        long first = node.high ^ high;
        return first != 0 ? Long.numberOfLeadingZeros(first) : Long.SIZE + Long.numberOfLeadingZeros(node.low ^ low);
    }

    /// Forgets a prefix, if it stands for this.
    void remove(IpPrefix prefix, V value) {
        long high = high(prefix.address());
        long low = low(prefix.address());
        if (prefix.family() == IpFamily.V4) {
            four = remove(four, high, low, prefix.length(), value);
        } else {
            six = remove(six, high, low, prefix.length(), value);
        }
    }

    private static <V> @Nullable Node<V> remove(@Nullable Node<V> node, long high, long low, int length, V value) {
        if (node == null || node.length > length || !node.contains(high, low)) {
            return node;
        }
        if (node.length < length) {
            node.setChild(high, low, remove(node.child(high, low), high, low, length, value));
        } else if (value.equals(node.value)) {
            node.value = null;
        }
        if (node.value != null || (node.zero != null && node.one != null)) {
            return node;
        }
        return node.zero == null ? node.one : node.zero;
    }

    /// What the longest prefix of an address stands for.
    @Nullable
    V get(IpAddress address) {
        return address.family() == IpFamily.V4
                ? find(four, high(address), 0, Integer.SIZE)
                : find(six, high(address), low(address), 2 * Long.SIZE);
    }

    private static <V> @Nullable V find(@Nullable Node<V> root, long high, long low, int bits) {
        V best = null;
        Node<V> node = root;
        while (node != null && node.contains(high, low)) {
            if (node.value != null) {
                best = node.value;
            }
            node = node.length == bits ? null : node.child(high, low);
        }
        return best;
    }
}
