package dev.vl3mesh.tunnel;

/// Which counters of a session were seen (RFC 6479). Packets may overtake each other by [#SIZE] at most. Not safe for
/// threads.
final class ReplayWindow {
    /// As the reference has it.
    static final int SIZE = 8128;

    private static final int WORDS = (SIZE + Long.SIZE) / Long.SIZE;

    private final long[] seen = new long[WORDS];
    /// One more than the highest counter that was seen.
    private long next;

    /// Takes note of a counter. Returns false if it was seen before, or is too old to tell.
    boolean accept(long counter) {
        if (counter + SIZE < next) {
            return false;
        }
        if (counter >= next) {
            clear(counter);
            next = counter + 1;
        }
        int word = (int) ((counter / Long.SIZE) % WORDS);
        long bit = 1L << (counter % Long.SIZE);
        if ((seen[word] & bit) != 0) {
            return false;
        }
        seen[word] |= bit;
        return true;
    }

    /// Makes room up to a counter: words that it enters hold what was seen long ago.
    private void clear(long counter) {
        long first = next == 0 ? 0 : (next - 1) / Long.SIZE + 1;
        long last = counter / Long.SIZE;
        long from = Math.max(first, last - WORDS + 1);
        for (long word = from; word <= last; word++) {
            seen[(int) (word % WORDS)] = 0;
        }
    }
}
