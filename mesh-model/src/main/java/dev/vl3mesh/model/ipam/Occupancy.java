package dev.vl3mesh.model.ipam;

import dev.vl3mesh.model.address.AddressPlan;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalInt;
import java.util.random.RandomGenerator;

/// What is known to be taken of one domain, and what was just chosen but is not yet known to be taken. It proposes;
/// the
/// API server, which takes each name once, decides.
///
/// Blocks are filled one after the other, so that whole blocks stay free to be given back. Inside a block the choice
/// goes round, so that an address that was just given up, and may still stand in somebody's connection table, is the
/// last to be given out again.
///
/// Not safe for use by several threads.
public final class Occupancy {
    /// How long a choice is held for a pod whose Attachment has not been seen, in milliseconds.
    public static final long HOLD_MILLIS = 60_000;

    private final BitSet taken = new BitSet();
    private final Map<Integer, Long> heldUntilMillis = new HashMap<>();
    private final Map<Integer, Integer> nextInBlock = new HashMap<>();
    private final RandomGenerator random;

    /// Makes an empty one.
    ///
    /// @param random chooses where in a block to start, so that replicas seldom choose alike
    public Occupancy(RandomGenerator random) {
        this.random = random;
    }

    /// An Attachment has this index.
    public void take(int index) {
        taken.set(index);
        heldUntilMillis.remove(index);
    }

    /// The Attachment of this index is gone, or what was chosen is not needed.
    public void release(int index) {
        taken.clear(index);
        heldUntilMillis.remove(index);
    }

    /// Whether nobody has this index and nobody is about to.
    public boolean free(int index, long nowMillis) {
        Long held = heldUntilMillis.get(index);
        return !taken.get(index) && (held == null || held <= nowMillis);
    }

    /// Chooses a free index and holds it for [#HOLD_MILLIS].
    ///
    /// @param blocks the blocks that this cluster has leased
    /// @param nowMillis any clock that doesn't go back
    /// @return nothing where all blocks are full
    public OptionalInt choose(AddressPlan plan, Collection<Integer> blocks, long nowMillis) {
        for (int block : blocks.stream().sorted().toList()) {
            OptionalInt index = chooseIn(plan, block, nowMillis);
            if (index.isPresent()) {
                heldUntilMillis.put(index.getAsInt(), nowMillis + HOLD_MILLIS);
                return index;
            }
        }
        return OptionalInt.empty();
    }

    private OptionalInt chooseIn(AddressPlan plan, int block, long nowMillis) {
        int start = nextInBlock.computeIfAbsent(block, _ -> random.nextInt(AddressPlan.BLOCK_INDEXES));
        for (int step = 0; step < AddressPlan.BLOCK_INDEXES; step++) {
            int offset = (start + step) % AddressPlan.BLOCK_INDEXES;
            int index = block * AddressPlan.BLOCK_INDEXES + offset;
            if (plan.allocatable(index) && free(index, nowMillis)) {
                nextInBlock.put(block, (offset + 1) % AddressPlan.BLOCK_INDEXES);
                return OptionalInt.of(index);
            }
        }
        return OptionalInt.empty();
    }
}
