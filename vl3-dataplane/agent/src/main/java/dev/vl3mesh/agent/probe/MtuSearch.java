package dev.vl3mesh.agent.probe;

import java.util.ArrayList;
import java.util.List;

/// Finds the longest packet that fits, in rounds of several lengths at once. A value of the path's state,
/// without clock or socket.
final class MtuSearch {
    private static final int LENGTHS_PER_ROUND = 8;

    private int low;
    private int high;
    private int best;

    /// @param low bytes that are known to fit
    /// @param high bytes beyond which nothing is to be tried
    MtuSearch(int low, int high) {
        this.low = low;
        this.high = Math.max(low, high);
        this.best = low;
    }

    /// Whether it is found.
    boolean isDone() {
        return low >= high;
    }

    /// What fits, as far as it is known.
    int found() {
        return best;
    }

    /// The lengths to be tried next, ascending; the last is the longest of all that may fit.
    List<Integer> round() {
        List<Integer> lengths = new ArrayList<>();
        int span = high - low;
        for (int i = 1; i <= LENGTHS_PER_ROUND; i++) {
            int length = low + (int) ((long) span * i / LENGTHS_PER_ROUND);
            if (length > low && (lengths.isEmpty() || lengths.getLast() < length)) {
                lengths.add(length);
            }
        }
        return lengths;
    }

    /// This length fits.
    void fits(int length) {
        best = Math.max(best, length);
    }

    /// Whether nothing more can be learnt from the present round.
    boolean isDecided() {
        return best >= high;
    }

    /// Ends the round: what was not answered does not fit.
    void endRound() {
        int tooLong = high + 1;
        for (int length : round()) {
            if (length > best) {
                tooLong = length;
                break;
            }
        }
        low = best;
        high = Math.max(low, tooLong - 1);
    }
}
