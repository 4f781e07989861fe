package dev.vl3mesh.tunnel;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Two to five nodes for twenty minutes of their time, over a network that does its worst: what is delivered was
/// sent, to that node, by its sender, and comes once; and when the network is well again, everybody reaches everybody.
/// `-Dvl3.tunnel.seeds=10000` runs more of them.
class TunnelSimulationTest {
    private static final int STEPS = 120;

    static LongStream seeds() {
        return LongStream.range(0, Long.getLong("vl3.tunnel.seeds", 200));
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void nothingIsMadeUpAndProgressReturns(long seed) {
        World world = new World(seed);
        SplittableRandom random = new SplittableRandom(~seed);
        for (int i = 0; i < STEPS; i++) {
            step(world, random);
        }
        assertThat(world.problems).isEmpty();
        world.broken = false;
        // what is under way ends, and whoever speaks is found where it is
        world.pass(Duration.ofSeconds(5));
        everybodyIsReached(world);
        assertThat(world.problems).isEmpty();
    }

    private static void step(World world, SplittableRandom random) {
        int count = world.nodes.size();
        int one = random.nextInt(count);
        int other = (one + random.nextInt(1, count)) % count;
        switch (random.nextInt(60)) {
            case 0 -> world.nodes.get(one).restart();
            case 1 -> world.move();
            case 2 -> world.now += random.nextLong(Duration.ofMinutes(10).toNanos()); // the machine slept
            case 3, 4, 5 -> world.pass(Duration.ofSeconds(random.nextInt(200)));
            default -> {
                world.send(one, other);
                world.pass(Duration.ofMillis(random.nextInt(8000)));
            }
        }
    }

    private static void everybodyIsReached(World world) {
        List<Integer> last = new ArrayList<>();
        for (int round = 0; round < 12; round++) { // 5 s each, for calls are repeated that often
            last.clear();
            for (World.Node from : world.nodes) {
                for (World.Node to : world.nodes) {
                    if (from.index != to.index) {
                        last.add(world.send(from.index, to.index));
                    }
                }
            }
            world.pass(Duration.ofSeconds(5));
        }
        assertThat(world.arrived)
                .as("the last packets of everybody to everybody")
                .containsAll(last);
    }
}
