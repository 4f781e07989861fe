package dev.vl3mesh.testbed.failure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vl3mesh.testbed.fixture.Ran;
import dev.vl3mesh.testbed.fixture.TestPod;
import dev.vl3mesh.testbed.fixture.World;
import dev.vl3mesh.testbed.lab.LabException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// Traffic from a pod that goes on while something fails: to each address fifty echo requests a second, and one TCP
/// connection that is never idle for long. It runs in the pod by itself: nobody need be able to reach the pod
/// meanwhile.
final class Traffic implements AutoCloseable {
    /// Between two echo requests, as `traffic-start.sh` has it.
    private static final Duration INTERVAL = Duration.ofMillis(20);

    private final TestPod from;
    private final List<String> addresses;
    private boolean ended;

    /// What became of the traffic to one address.
    ///
    /// @param way for people
    record Outcome(String way, Quality echoes, Connection connection) {}

    /// What became of a TCP connection.
    ///
    /// @param end the exit code of its own end; `early` or `never` where that was not when it was told to
    /// @param sent lines
    /// @param returned lines that came back; -1 where they are not those that were sent
    record Connection(String end, int sent, int returned) {
        /// Whether it stood all the time and lost nothing.
        boolean stayed() {
            return end.equals("0") && returned == sent;
        }
    }

    private Traffic(TestPod from, List<String> addresses) {
        this.from = from;
        this.addresses = addresses;
    }

    /// Begins, and returns as soon as it flows.
    static Traffic start(TestPod from, List<String> addresses) {
        Traffic traffic = new Traffic(from, addresses);
        Ran ran = from.sh(World.text(Traffic.class, "traffic-start.sh"), addresses.toArray(String[]::new));
        assertThat(ran).as("traffic from " + from + ": " + ran.all()).matches(Ran::ok);
        return traffic;
    }

    /// Ends it.
    List<Outcome> end() {
        ended = true;
        Ran ran = from.sh(World.text(Traffic.class, "traffic-end.sh"));
        List<String> lines = ran.out().lines().toList();
        assertThat(lines).as(ran.all()).hasSize(addresses.size());
        List<Outcome> outcomes = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            String[] words = lines.get(i).split(" ");
            assertThat(words).as(ran.all()).hasSize(3);
            Ran echoes = from.run("cat", "/tmp/traffic/ping." + (i + 1));
            outcomes.add(new Outcome(
                    from + " to " + addresses.get(i),
                    Quality.of(echoes.out(), INTERVAL),
                    new Connection(
                            words[0],
                            Integer.parseInt(words[1]),
                            words[2].equals("garbled") ? -1 : Integer.parseInt(words[2]))));
        }
        return outcomes;
    }

    /// Ends it if a test did not come to that.
    @Override
    public void close() {
        if (!ended) {
            ended = true;
            try {
                from.sh(World.text(Traffic.class, "traffic-end.sh"));
            } catch (LabException e) {
                System.out.println("traffic from " + from + " is left to itself: " + e.getMessage());
            }
        }
    }
}
