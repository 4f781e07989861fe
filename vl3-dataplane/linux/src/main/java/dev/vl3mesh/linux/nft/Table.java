package dev.vl3mesh.linux.nft;

import java.util.ArrayList;
import java.util.List;

/// A whole table of family `inet`. A value, from which [NftClient] makes the kernel's.
///
/// @param counters names of counters that rules count in
public record Table(String name, List<String> counters, List<NftSet> sets, List<Chain> chains) {
    /// Makes immutable copies.
    public Table {
        counters = List.copyOf(counters);
        sets = List.copyOf(sets);
        chains = List.copyOf(chains);
    }

    /// An empty table.
    public static Table inet(String name) {
        return new Table(name, List.of(), List.of(), List.of());
    }

    /// The table with one more counter.
    public Table counter(String counter) {
        return new Table(name, plus(counters, counter), sets, chains);
    }

    /// The table with one more set.
    public Table set(NftSet set) {
        return new Table(name, counters, plus(sets, set), chains);
    }

    /// The table with one more chain.
    public Table chain(Chain chain) {
        return new Table(name, counters, sets, plus(chains, chain));
    }

    private static <T> List<T> plus(List<T> list, T element) {
        List<T> all = new ArrayList<>(list);
        all.add(element);
        return all;
    }
}
