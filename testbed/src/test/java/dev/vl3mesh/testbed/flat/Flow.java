package dev.vl3mesh.testbed.flat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vl3mesh.testbed.fixture.Ran;
import dev.vl3mesh.testbed.fixture.TestPod;
import dev.vl3mesh.testbed.fixture.World;
import java.util.List;

/// Traffic from a pod that goes on while a test changes something: ten echo requests a second, and one TCP connection
/// that is never idle for long.
record Flow(TestPod from) {
    /// Begins.
    static Flow start(TestPod from, String address) {
        Ran ran = from.sh(World.text(Flow.class, "flow-start.sh"), address);
        assertThat(ran).as(ran.all()).matches(Ran::ok);
        return new Flow(from);
    }

    /// Ends it: no echo got lost but for one that is under way, and the connection brought every line back.
    void endsWhole() {
        var _ = endsConnected(1);
    }

    /// Ends it: the connection brought every line back.
    ///
    /// @param lost echoes that may have got lost, ten a second, with the one that is under way
    /// @return how many got lost
    int endsConnected(int lost) {
        Ran ran = from.sh(World.text(Flow.class, "flow-end.sh"));
        List<String> words = List.of(ran.out().split("\\s+"));
        assertThat(words).as(ran.all()).hasSize(5);
        int sent = Integer.parseInt(words.get(0));
        assertThat(sent).isGreaterThan(10);
        assertThat(Integer.parseInt(words.get(1))).as("echoes of " + sent).isBetween(sent - lost, sent);
        assertThat(words.get(2)).as("exit code of the connection").isEqualTo("0");
        assertThat(words.get(4)).as("lines that came back").isEqualTo(words.get(3));
        return sent - Integer.parseInt(words.get(1));
    }
}
