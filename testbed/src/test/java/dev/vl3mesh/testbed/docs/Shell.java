package dev.vl3mesh.testbed.docs;

import dev.vl3mesh.testbed.lab.Commands;
import dev.vl3mesh.testbed.lab.LabPaths;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Runs commands of the docs as a reader would: in the root of the repository, with kubectl, helm and vl3ctl on the
/// path and the lab's clusters as contexts.
final class Shell {
    /// Verbs that would end the lab which the test needs, or that run tests; `--help` shows that they exist.
    private static final Set<String> NOT_INSIDE_A_TEST = Set.of("demo", "test", "bench", "clean", "lab up", "lab down");

    /// Between the parts of a pipeline or list; good enough for what docs contain.
    private static final Pattern PARTS = Pattern.compile("\\|\\||&&|[|;]|\\n");

    private static final Pattern QUOTED = Pattern.compile("'[^']*'|\"[^\"]*\"");
    private static final Pattern TOKEN = Pattern.compile("\\bvl3i1\\.[\\w.-]+");
    private static final Pattern MODULES = Pattern.compile("-pl\\s+(\\S+)");
    private static final Set<String> PROGRAMS =
            Set.of("kubectl", "helm", "vl3ctl", "./vl3", "./mvnw", "grep", "head", "tail", "sort", "echo");

    private final Path root;
    private final Path kubeconfig;
    private final Path bin;
    private final Commands commands;
    private String invitation = "";

    private Shell(Path root, Path kubeconfig, Path bin, Commands commands) {
        this.root = root;
        this.kubeconfig = kubeconfig;
        this.bin = bin;
        this.commands = commands;
    }

    /// Makes a shell.
    ///
    /// @param bin an empty folder for the programs
    static Shell in(Path root, Path kubeconfig, LabPaths paths, Path bin, Commands commands) throws IOException {
        program(bin, "kubectl", "exec '" + paths.peers().resolve("bin/kube") + "' kubectl \"$@\"");
        program(bin, "helm", "exec '" + paths.peers().resolve("bin/helm") + "' \"$@\"");
        // failsafe's own class path is a jar that names the real one
        String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        program(
                bin,
                "vl3ctl",
                "exec '" + Path.of(System.getProperty("java.home"), "bin/java")
                        + "' -XX:TieredStopAtLevel=1 -Dorg.slf4j.simpleLogger.defaultLogLevel=error -cp '" + classPath
                        + "' dev.vl3mesh.ctl.Vl3Ctl \"$@\"");
        return new Shell(root, kubeconfig, bin, commands);
    }

    private static void program(Path bin, String name, String line) throws IOException {
        Path file = Files.writeString(bin.resolve(name), "#!/bin/sh\n" + line + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    /// Why this shell can't run a command, or nothing.
    static String unknownIn(String text) {
        String withoutHeredoc = text.contains("<<") ? text.substring(0, text.indexOf("<<")) : text;
        String bare = QUOTED.matcher(withoutHeredoc.replace("\\\n", " ")).replaceAll("x");
        return Arrays.stream(PARTS.split(bare))
                .map(part -> part.strip().split("\\s+")[0])
                .filter(word -> !word.isEmpty() && !PROGRAMS.contains(word))
                .findFirst()
                .map(word -> "DocsST has no way to run '" + word + "': teach Shell how, or mark the block as text")
                .orElse("");
    }

    /// Runs a command, or the nearest thing to it that a test may do.
    Commands.Result run(String text) {
        String line = inTest(text);
        Commands.Result result = commands.attempt(List.of(
                "/usr/bin/env",
                "-C",
                root.toString(),
                "KUBECONFIG=" + kubeconfig,
                "PATH=" + bin + ":" + System.getenv().getOrDefault("PATH", "/usr/bin:/bin"),
                "bash",
                "-euo",
                "pipefail",
                "-c",
                line));
        Matcher token = TOKEN.matcher(result.output());
        if (text.contains(" invite") && token.find()) {
            invitation = token.group();
        }
        return result;
    }

    private String inTest(String text) {
        for (String verb : NOT_INSIDE_A_TEST) {
            if (text.startsWith("./vl3 " + verb)) {
                return "./vl3 " + verb.split(" ")[0] + " --help";
            }
        }
        if (text.startsWith("./mvnw")) {
            Matcher modules = MODULES.matcher(text);
            return modules.find() ? "test -e " + modules.group(1) + "/pom.xml" : "./mvnw --version";
        }
        if (text.startsWith("helm ")) {
            return text + (text.contains("uninstall") ? " --dry-run" : " --dry-run=server");
        }
        return text.contains(" join ") ? TOKEN.matcher(text).replaceAll(invitation) : text;
    }
}
