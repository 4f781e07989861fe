package dev.vl3mesh.model.address;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// How the addresses of one domain are numbered. Every place in a domain has one *index*; its addresses of both
/// families follow from it:
///
/// - IPv4: the index counts through the IPv4 prefixes in the order in which they are written, so that a prefix appended
/// later only adds indexes;
/// - IPv6: the last two groups are `index >> 8` and `index & 0xff`, so that `172.16.3.7` and `fd00:16::3:7` are one
/// place.
///
/// Index 0 is nobody's (the network's own address), index 1 is the domain's gateway. The last sixteenth of the first
/// prefix is for services.
/// Clusters lease *blocks* of 64 indexes.
public final class AddressPlan {
    /// The index of the gateway, the first address of the prefix.
    public static final int GATEWAY_INDEX = 1;
    /// The number of indexes in a block that a cluster leases, /26 or /122.
    public static final int BLOCK_INDEXES = 64;

    private static final int INDEX_BITS = 24;
    private static final int V4_LENGTH_MIN = 8;
    private static final int V4_LENGTH_MAX = 24;
    private static final int V6_LENGTH_MAX = 96;
    /// As many as a Domain's definition takes.
    private static final int PREFIXES_MAX = 16;

    private final List<IpPrefix> v4;
    private final List<IpPrefix> v6;
    private final int indexes;
    private final int serviceStart;
    private final int serviceEnd;

    private AddressPlan(List<IpPrefix> v4, List<IpPrefix> v6) {
        this.v4 = v4;
        this.v6 = v6;
        this.indexes = v4.isEmpty()
                ? 1 << INDEX_BITS
                : v4.stream().mapToInt(p -> 1 << p.hostBits()).sum();
        int first = v4.isEmpty() ? 1 << INDEX_BITS : 1 << v4.getFirst().hostBits();
        this.serviceStart = first - first / 16;
        this.serviceEnd = first;
    }

    /// Makes the plan of a domain's prefixes.
    ///
    /// @throws IllegalArgumentException with all problems of the prefixes, see [#problems]
    public static AddressPlan of(List<IpPrefix> prefixes) {
        List<String> problems = problems(prefixes);
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException(String.join("; ", problems));
        }
        return new AddressPlan(ofFamily(prefixes, IpFamily.V4), ofFamily(prefixes, IpFamily.V6));
    }

    private static List<IpPrefix> ofFamily(List<IpPrefix> prefixes, IpFamily family) {
        return prefixes.stream().filter(p -> p.family() == family).toList();
    }

    /// Returns everything that keeps these prefixes from being a domain's, as sentences; empty when nothing does.
    public static List<String> problems(List<IpPrefix> prefixes) {
        List<String> problems = new ArrayList<>();
        if (prefixes.isEmpty()) {
            problems.add("a domain needs at least one prefix, such as 172.16.0.0/16");
        }
        if (prefixes.size() > PREFIXES_MAX) { // each is compared with each
            return List.of("a domain has at most " + PREFIXES_MAX + " prefixes, not " + prefixes.size()
                    + ": write fewer, larger ones");
        }
        for (IpPrefix prefix : prefixes) {
            lengthProblem(prefix).ifPresent(problems::add);
            SpecialRange.of(prefix).ifPresent(range -> problems.add(prefix + " overlaps " + range));
        }
        for (int i = 0; i < prefixes.size(); i++) {
            for (int j = i + 1; j < prefixes.size(); j++) {
                if (prefixes.get(i).overlaps(prefixes.get(j))) {
                    problems.add(prefixes.get(i) + " and " + prefixes.get(j) + " overlap");
                }
            }
        }
        if (ofFamily(prefixes, IpFamily.V6).size() > 1) {
            problems.add("a domain has at most one IPv6 prefix: it never runs out, so nothing needs appending");
        }
        long v4Indexes = ofFamily(prefixes, IpFamily.V4).stream()
                .filter(p -> p.length() >= V4_LENGTH_MIN)
                .mapToLong(p -> 1L << p.hostBits())
                .sum();
        if (v4Indexes > 1 << INDEX_BITS) {
            problems.add("the IPv4 prefixes together are larger than a /8");
        }
        return List.copyOf(problems);
    }

    private static Optional<String> lengthProblem(IpPrefix prefix) {
        if (prefix.family() == IpFamily.V6) {
            return prefix.length() <= V6_LENGTH_MAX
                    ? Optional.empty()
                    : Optional.of(prefix + " is too small: an IPv6 prefix is a /" + V6_LENGTH_MAX + " or larger");
        }
        return prefix.length() >= V4_LENGTH_MIN && prefix.length() <= V4_LENGTH_MAX
                ? Optional.empty()
                : Optional.of(prefix + " has a length that is not from /" + V4_LENGTH_MIN + " to /" + V4_LENGTH_MAX
                        + ", as a domain needs");
    }

    /// The number of indexes, services and reserved ones included.
    public int indexes() {
        return indexes;
    }

    /// The number of blocks; a block whose indexes are all reserved counts too.
    public int blocks() {
        return indexes / BLOCK_INDEXES;
    }

    /// Whether a pod may have this index.
    public boolean allocatable(int index) {
        return index > GATEWAY_INDEX && index < indexes && !forServices(index);
    }

    /// Whether this index is for a service's virtual address.
    public boolean forServices(int index) {
        return index >= serviceStart && index < serviceEnd;
    }

    /// The indexes for services, in order.
    public IntStream serviceIndexes() {
        return IntStream.range(serviceStart, serviceEnd);
    }

    /// The indexes of a block that a pod may have, in order.
    ///
    /// @param block 0 to [#blocks] - 1
    public IntStream allocatableIndexes(int block) {
        return IntStream.range(block * BLOCK_INDEXES, (block + 1) * BLOCK_INDEXES)
                .filter(this::allocatable);
    }

    /// The block that an index lies in.
    public static int blockOf(int index) {
        return index / BLOCK_INDEXES;
    }

    /// The addresses of a place, IPv4 first; one for each family that the domain has.
    ///
    /// @throws IllegalArgumentException if the index lies outside the prefixes
    public List<IpAddress> addresses(int index) {
        if (index < 0 || index >= indexes) {
            throw new IllegalArgumentException("index " + index + " is not in 0.." + (indexes - 1));
        }
        List<IpAddress> addresses = new ArrayList<>(2);
        int rest = index;
        for (IpPrefix prefix : v4) {
            int size = 1 << prefix.hostBits();
            if (rest < size) {
                addresses.add(prefix.address().plus(rest));
                break;
            }
            rest -= size;
        }
        for (IpPrefix prefix : v6) {
            addresses.add(prefix.address().plus(((long) (index >> 8) << 16) | (index & 0xff)));
        }
        return List.copyOf(addresses);
    }

    /// The index of an address, or nothing where the address is no place of this domain.
    public OptionalInt indexOf(IpAddress address) {
        int start = 0;
        for (IpPrefix prefix : v4) {
            if (prefix.contains(address)) {
                return OptionalInt.of(
                        start + (int) (address.low() - prefix.address().low()));
            }
            start += 1 << prefix.hostBits();
        }
        for (IpPrefix prefix : v6) {
            if (prefix.contains(address)) {
                long offset = address.low() - prefix.address().low();
                long index = ((offset >>> 16) << 8) | (offset & 0xff);
                boolean place = offset >>> 32 == 0 && (offset & 0xff00) == 0 && index < indexes;
                return place && addresses((int) index).contains(address)
                        ? OptionalInt.of((int) index)
                        : OptionalInt.empty();
            }
        }
        return OptionalInt.empty();
    }

    /// The gateway's addresses, IPv4 first.
    public List<IpAddress> gateway() {
        return addresses(GATEWAY_INDEX);
    }

    /// The prefixes as they are routed in a pod, IPv4 first.
    public List<IpPrefix> prefixes() {
        return Stream.concat(v4.stream(), v6.stream()).toList();
    }

    @Override
    public String toString() {
        return prefixes().toString();
    }
}
