package dev.vl3mesh.testbed.flat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vl3mesh.testbed.fixture.TestPod;
import dev.vl3mesh.testbed.fixture.World;
import dev.vl3mesh.testbed.lab.Commands;
import dev.vl3mesh.testbed.lab.Lab;
import dev.vl3mesh.testbed.lab.LabCluster;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/// Tries addresses by ICMP, TCP and UDP from somewhere: a pod, a node, the internet. It is the same script
/// everywhere, so that where one finds nothing it is not the script that fails.
@FunctionalInterface
interface Knock {
    /// Runs a script with arguments where this knocks from, and returns what it printed.
    String run(String script, List<String> arguments);

    /// From a pod.
    static Knock from(TestPod pod) {
        return (script, arguments) ->
                pod.sh(script, arguments.toArray(String[]::new)).out();
    }

    /// From the first node of a cluster.
    static Knock from(LabCluster cluster) {
        return (script, arguments) -> checked(cluster.attempt(1, shell(script, arguments)));
    }

    /// From the namespace between the clusters.
    static Knock fromInternet(Lab lab) {
        return (script, arguments) -> checked(lab.onInternet(shell(script, arguments)));
    }

    private static String[] shell(String script, List<String> arguments) {
        List<String> command = new ArrayList<>(List.of("sh", "-c", script, "sh"));
        command.addAll(arguments);
        return command.toArray(String[]::new);
    }

    private static String checked(Commands.Result result) {
        assertThat(result.ok()).as(result.output()).isTrue();
        return result.output();
    }

    /// What is answered, such as `172.21.0.2 tcp`.
    default Set<String> at(Collection<String> addresses) {
        return new TreeSet<>(run(World.text(Knock.class, "knock.sh"), List.copyOf(addresses))
                .lines()
                .toList());
    }

    /// What [#at] finds where nothing is in the way.
    static Set<String> everything(Collection<String> addresses) {
        Set<String> all = new TreeSet<>();
        for (String address : addresses) {
            List.of("icmp", "tcp", "udp").forEach(way -> all.add(address + " " + way));
        }
        return all;
    }

    /// Waits until everything is answered: with it a test shows that its silent knocks could have been heard.
    default void reachesAll(Collection<String> addresses) {
        World.eventually().untilAsserted(() -> assertThat(at(addresses)).isEqualTo(everything(addresses)));
    }
}
