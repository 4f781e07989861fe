package dev.vl3mesh.wait;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class GateTest {
    private static final InetAddress RED = InetAddress.ofLiteral("172.16.3.7");
    private static final InetAddress RED_V6 = InetAddress.ofLiteral("fd00:16::3:7");
    private static final InetAddress GREEN = InetAddress.ofLiteral("172.17.0.9");

    private final Map<String, Set<InetAddress>> present = new HashMap<>();
    private final List<String> log = new ArrayList<>();
    private long sleptMillis;
    private Runnable whileSleeping = () -> {};
    private final Gate gate = new Gate(
            name -> present.getOrDefault(name, Set.of()),
            millis -> {
                sleptMillis += millis;
                whileSleeping.run();
            },
            log::add);

    @Test
    void opensAtOnceWhenEverythingIsThere() throws InterruptedException {
        present.put("vl3-red", Set.of(RED, RED_V6));
        gate.await(Expectation.parse("vl3-red=172.16.3.7,fd00:16::3:7"));
        assertThat(sleptMillis).isZero();
    }

    @Test
    void waitsForEachAddressOfEachDomain() throws InterruptedException {
        present.put("vl3-red", Set.of(RED));
        whileSleeping = () -> {
            if (sleptMillis > 15_000) {
                present.put("vl3-red", Set.of(RED, RED_V6));
            }
            if (sleptMillis > 25_000) {
                present.put("vl3-green", Set.of(GREEN));
            }
        };
        gate.await(Expectation.parse("vl3-red=172.16.3.7,fd00:16::3:7;vl3-green=172.17.0.9"));
        assertThat(sleptMillis).isBetween(25_000L, 25_500L);
        assertThat(log)
                .satisfiesExactly(
                        first -> assertThat(first)
                                .contains("vl3-red with fd00:16:0:0:0:0:3:7; vl3-green with 172.17.0.9"),
                        second -> assertThat(second).contains("waiting for vl3-green with 172.17.0.9"),
                        last -> assertThat(last).contains("all domains"));
    }

    @Test
    void asksOftenAtFirst() throws InterruptedException {
        whileSleeping = () -> present.put("vl3-red", Set.of(RED));
        gate.await(Expectation.parse("vl3-red=172.16.3.7"));
        assertThat(sleptMillis).isEqualTo(5);
    }

    @Test
    void refusesWhatIsNoExpectation() {
        assertThatThrownBy(() -> Expectation.parse("")).hasMessageContaining("is not <interface>=<address>");
        assertThatThrownBy(() -> Expectation.parse("vl3-red=host.example"))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
