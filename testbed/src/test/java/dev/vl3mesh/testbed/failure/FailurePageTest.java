package dev.vl3mesh.testbed.failure;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// The page promises what the suite proves, and nothing else.
class FailurePageTest {
    @Test
    void thePageHasEachFailureOnce() {
        assertThat(Bound.page().keySet())
                .containsExactlyElementsOf(
                        Stream.of(Failure.values()).map(Failure::words).toList());
    }

    @Test
    void noRowIsWrittenInAnotherWay() throws Exception {
        List<String> rows = Files.readAllLines(Path.of("../docs/failures.md")).stream()
                .filter(line -> line.endsWith(" s |"))
                .toList();
        assertThat(rows).hasSameSizeAs(Bound.page().entrySet());
    }

    @Test
    void eachFailureIsTried() {
        List<String> trials = new ArrayList<>();
        Arrays.stream(FailureST.class.getDeclaredMethods())
                .filter(method -> method.isAnnotationPresent(Test.class))
                .forEach(method ->
                        trials.add(method.getName().replaceAll("([A-Z])", "_$1").toUpperCase(Locale.ROOT)));
        assertThat(trials)
                .containsExactlyInAnyOrderElementsOf(
                        Stream.of(Failure.values()).map(Failure::name).toList());
    }
}
