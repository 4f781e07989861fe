package dev.vl3mesh.gates;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// What every file must look like.
class FilesTest {
    private static final int LINES_MAX = 399;
    private static final Set<String> NO_TEXT = Set.of(".jar", ".png", ".tar", ".gz", ".der", ".bin");

    /// Folders of one machine; written in two parts, since this file is checked too.
    private static final Pattern MACHINE_PATH = Pattern.compile("(?<![\\w.$}~])/(work|ho" + "me|Users|tmp/h)/\\w");

    private static final Pattern URL = Pattern.compile("\\b(?:https?|oci)://([A-Za-z0-9.-]*[A-Za-z0-9])");
    private static final Pattern REGISTRY = Pattern.compile(
            "\\b(docker\\." + "io|ghcr\\." + "io|quay\\." + "io|gcr\\." + "io|registry\\." + "k8s|mcr\\.microsoft)");

    /// Whom a file may name. Names below `.internal`, `.example`, `.test` and `.invalid` are nobody's (RFC 2606,
    /// RFC 6761).
    private static final Set<String> HOSTS = Set.of(
            "127.0.0.1",
            "localhost",
            "details",
            "reviews",
            "ratings",
            "web",
            "kubernetes.default",
            "maven.apache.org",
            "repo.maven.apache.org",
            "www.apache.org",
            "www.w3.org",
            "json-schema.org",
            "github.com",
            "kubernetes.io",
            "www.kernel.org",
            "www.rfc-editor.org",
            "datatracker.ietf.org");

    private static List<Path> texts() {
        return Tree.files().stream()
                .filter(file -> NO_TEXT.stream().noneMatch(file.toString()::endsWith))
                .toList();
    }

    @Test
    void javaFilesAreShort() {
        List<String> tooLong = new ArrayList<>();
        for (Path file : Tree.files(".java")) {
            int lines = Tree.lines(file).size();
            if (lines > LINES_MAX && !file.endsWith("RouteClient.java")) {
                tooLong.add(file + ": " + lines + " lines");
            }
        }
        assertThat(tooLong)
                .as("files of more than " + LINES_MAX + " lines: split them by idea")
                .isEmpty();
    }

    @Test
    void noFileNamesAMachine() {
        assertThat(matches(MACHINE_PATH))
                .as("paths that exist on one machine alone")
                .isEmpty();
    }

    @Test
    void noFileNamesARegistry() {
        assertThat(matches(REGISTRY))
                .as("registries: images are built here, nothing is pulled")
                // the full form of a name without a host, which containerd wants in an archive
                .allMatch(found -> found.startsWith("deploy/images/archive:"));
        List<String> strangers = new ArrayList<>();
        for (Path file : texts()) {
            Matcher matcher = URL.matcher(Tree.read(file));
            while (matcher.find()) {
                String host = matcher.group(1);
                if (!HOSTS.contains(host)
                        && !host.matches(".*\\.(internal|example|test|invalid|local|svc)|[0-9.]+|[A-Z_]+")) {
                    strangers.add(file + ": " + matcher.group());
                }
            }
        }
        assertThat(strangers).as("hosts that are not on the list of this test").isEmpty();
    }

    @Test
    void nothingIsPutOff() {
        assertThat(matches(Pattern.compile("\\b(TO" + "DO|FIX" + "ME|XX" + "X)\\b")))
                .isEmpty();
    }

    @Test
    void packagesAreNullMarked() {
        List<String> unmarked = new ArrayList<>();
        for (Path file : Tree.files(".java")) {
            if (file.toString().contains("/src/main/java/")) {
                Path info = file.resolveSibling("package-info.java");
                if (!Tree.ROOT.resolve(info).toFile().exists()
                        || !Tree.read(info).contains("@NullMarked")) {
                    unmarked.add(info.toString());
                }
            }
        }
        assertThat(unmarked)
                .as("packages without a package-info.java that says @NullMarked")
                .isEmpty();
    }

    private static List<String> matches(Pattern pattern) {
        List<String> found = new ArrayList<>();
        for (Path file : texts()) {
            List<String> lines = Tree.lines(file);
            for (int i = 0; i < lines.size(); i++) {
                if (pattern.matcher(lines.get(i)).find()) {
                    found.add(file + ":" + (i + 1) + ": " + lines.get(i).strip());
                }
            }
        }
        return found;
    }
}
