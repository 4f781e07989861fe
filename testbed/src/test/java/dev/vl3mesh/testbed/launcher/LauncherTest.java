package dev.vl3mesh.testbed.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The launcher as far as it works without a lab: with a state folder and caches of its own, which stay empty.
class LauncherTest {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

    private static final long SECONDS_MAX = 30;

    @TempDir
    Path folder;

    private record Answer(int exitCode, String out, String err) {}

    private Answer vl3(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(ROOT.resolve("vl3").toString()));
        command.addAll(List.of(arguments));
        Path out = Files.createTempFile(folder, "out", "");
        Path err = Files.createTempFile(folder, "err", "");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
        builder.environment().put("VL3_STATE", folder.resolve("state").toString());
        builder.environment().put("VL3_CACHE", folder.resolve("cache").toString());
        Process process = builder.start();
        if (!process.waitFor(SECONDS_MAX, TimeUnit.SECONDS)) { // it builds something, say
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
        int exitCode = process.waitFor();
        return new Answer(
                exitCode, Files.readString(out, StandardCharsets.UTF_8), Files.readString(err, StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "demo",
                "test",
                "lab",
                "lab up",
                "lab up --clusters 3",
                "lab status",
                "lab down",
                "kubectl",
                "ctl",
                "bench",
                "clean"
            })
    void eachVerbExplainsItselfAndDoesNothing(String verb) throws Exception {
        List<String> words = new ArrayList<>(List.of(verb.split(" ")));
        words.add("--help");
        Answer answer = vl3(words.toArray(String[]::new));
        assertThat(answer.exitCode()).as(answer.err()).isZero();
        assertThat(answer.out()).startsWith("usage: ./vl3 " + words.getFirst());
        assertThat(folder.resolve("state")).doesNotExist();
        assertThat(folder.resolve("cache")).doesNotExist();
    }

    @Test
    void itsHelpNamesEveryVerb() throws Exception {
        Answer answer = vl3("--help");
        assertThat(answer.exitCode()).isZero();
        try (Stream<String> lines = Files.lines(ROOT.resolve("vl3"))) {
            List<String> verbs = lines.filter(line -> line.matches("verb_[a-z]+\\(\\) \\{"))
                    .map(line -> line.substring("verb_".length(), line.indexOf('(')))
                    .toList();
            assertThat(verbs).contains("demo", "lab", "test");
            assertThat(answer.out()).contains(verbs);
        }
        assertThat(vl3().out()).isEqualTo(answer.out());
    }

    @ParameterizedTest
    @ValueSource(strings = {"dmeo", "lab", "lab reboot", "kubectl"})
    void aCallThatMeansNothingIsAWrongCall(String call) throws Exception {
        Answer answer = vl3(call.split(" "));
        assertThat(answer.exitCode()).isEqualTo(2);
        assertThat(answer.out() + answer.err()).contains("usage: ./vl3");
    }

    @ParameterizedTest
    @ValueSource(strings = {"ctl status", "kubectl east get pods"})
    void whatNeedsALabSaysHowToGetOne(String call) throws Exception {
        Answer answer = vl3(call.split(" "));
        assertThat(answer.exitCode()).isEqualTo(1);
        assertThat(answer.err()).contains("no lab is up").contains("./vl3 lab up");
    }
}
