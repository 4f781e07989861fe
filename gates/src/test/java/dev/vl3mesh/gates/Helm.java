package dev.vl3mesh.gates;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// The real helm, and what it made before.
final class Helm {
    private static final String KUBERNETES = "1.36";

    private Helm() {}

    /// What it said.
    record Result(int exitCode, String output) {}

    /// What `./vl3 test` builds of others' programs and brings of their charts.
    static Path peers() {
        String cache = System.getenv().getOrDefault("VL3_CACHE", System.getProperty("user.home") + "/.cache/vl3mesh");
        return Path.of(System.getenv().getOrDefault("VL3_PEERS", cache + "/peers/current"));
    }

    /// Renders a chart.
    static Result template(String release, Path chart, String namespace, List<String> options)
            throws IOException, InterruptedException {
        Path helm = peers().resolve("bin/helm");
        assertThat(helm).as("the real helm: ./vl3 test builds it").isExecutable();
        List<String> command = new ArrayList<>(List.of(helm.toString(), "template", release, chart.toString()));
        command.addAll(List.of("--namespace", namespace, "--kube-version", KUBERNETES));
        command.addAll(options);
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Result(process.waitFor(), output);
    }

    /// Asserts that a text is what a file holds; with `-Dgolden.update` the file holds it from now on.
    static void isGolden(Path golden, String text) throws IOException {
        if (System.getProperty("golden.update") != null) {
            Files.createDirectories(golden.getParent());
            Files.writeString(golden, text);
        }
        assertThat(text)
                .as(golden.getFileName() + " is not what is made: ./mvnw verify -pl gates -am -Dgolden.update"
                        + " -Dtest=none -Dsurefire.failIfNoSpecifiedTests=false")
                .isEqualTo(Files.readString(golden));
    }
}
