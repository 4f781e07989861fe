package dev.vl3mesh.agent;

import java.util.Random;

/// The seed of a randomized test: printed always, set from outside by `-Dtest.seed=N`.
public final class Seed {
    private Seed() {}

    /// Returns a generator and prints its seed.
    public static Random random(String test) {
        long seed = Long.getLong("test.seed", System.nanoTime());
        System.out.println(test + ": -Dtest.seed=" + seed);
        return new Random(seed);
    }
}
