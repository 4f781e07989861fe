package dev.vl3mesh.testbed.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vl3mesh.testbed.lab.Commands;
import dev.vl3mesh.testbed.lab.Lab;
import dev.vl3mesh.testbed.lab.LabExtension;
import dev.vl3mesh.testbed.lab.LabPaths;
import dev.vl3mesh.testbed.lab.Membership;
import dev.vl3mesh.testbed.lab.Progress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/// Runs every command of README and docs in the lab, page by page, as a reader would.
@ExtendWith(LabExtension.class)
class DocsST {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /// What changes something must work at once; what looks may be asked again.
    private static final Set<String> CHANGING = Set.of(
            " apply ",
            " create ",
            " delete ",
            " label ",
            " invite",
            " join ",
            " leave",
            "helm ",
            " rollout ",
            "./vl3 ");

    /// That pages and samples make.
    private static final List<String> NAMESPACES = List.of("garden", "bookinfo", "shop", "outside");

    private static final List<String> CLUSTERS = List.of("east", "west");

    private static final String RED = """
            kubectl --context east apply -f - <<'END'
            apiVersion: vl3mesh.dev/v1alpha1
            kind: Domain
            metadata: {name: red}
            spec:
              prefixes: [172.16.0.0/16, "fd00:16::/48"]
              carrier: vxlan
            END
            """;

    private final Lab lab;
    private final Progress progress = new Progress(System.out, false);
    private final Shell shell;
    /// Whether the domain is ours to delete.
    private boolean made;

    /// What was there before stays, by cluster.
    private final Map<String, Set<String>> own = new HashMap<>();

    DocsST(Lab lab, @TempDir Path bin) throws IOException {
        this.lab = lab;
        this.shell = Shell.in(ROOT, lab.kubeconfig(), LabPaths.of(System.getenv()), bin, new Commands(progress));
    }

    @BeforeEach
    void makeTheWorldOfTheDocs() {
        made = !shell.run("kubectl --context east get domain red").ok();
        if (made) {
            must(RED);
        }
        for (String cluster : CLUSTERS) {
            Set<String> absent = new TreeSet<>(NAMESPACES);
            absent.removeIf(name -> shell.run("kubectl --context " + cluster + " get namespace " + name)
                    .ok());
            own.put(cluster, absent);
            until("kubectl --context " + cluster + " wait --for=condition=Ready --timeout=1s domain/red");
        }
        must("kubectl --context east apply -f '" + resource("world.yaml") + "'");
        must("kubectl --context east -n garden rollout status statefulset/web --timeout=60s");
    }

    @AfterEach
    void leaveTheLabAsItWas() {
        CLUSTERS.forEach(cluster -> delete(cluster, Objects.requireNonNull(own.get(cluster))));
        join();
        if (made) {
            // refused while a pod is in it; places kept for StatefulSets go with it
            until("kubectl --context east delete domain red --ignore-not-found --timeout=60s");
        }
    }

    @TestFactory
    Stream<DynamicTest> everyCommandRuns() throws IOException {
        return pages().stream()
                .map(page -> DynamicTest.dynamicTest(ROOT.relativize(page).toString(), () -> run(page)));
    }

    private static List<Path> pages() throws IOException {
        List<Path> pages = new ArrayList<>();
        try (Stream<Path> files = Files.walk(ROOT)) {
            files.filter(file ->
                            file.toString().endsWith(".md") && !file.toString().contains("/target/"))
                    .sorted()
                    .forEach(pages::add);
        }
        assertThat(pages).contains(ROOT.resolve("README.md"));
        // for writers of docs: -Ddocs.pages=docs/dns.md, a regular expression
        String wanted = System.getProperty("docs.pages", ".*");
        return pages.stream()
                .filter(page -> ROOT.relativize(page).toString().matches(wanted))
                .toList();
    }

    private void run(Path page) throws IOException {
        List<DocCommand> commands = DocCommand.parse(Files.readAllLines(page));
        if (commands.stream().anyMatch(command -> command.text().contains(" join "))) {
            leave();
        }
        for (DocCommand command : commands) {
            String where = ROOT.relativize(page) + ":" + command.line() + ": " + command.text();
            assertThat(Shell.unknownIn(command.text())).as(where).isEmpty();
            progress.step(where.lines().findFirst().orElse(where));
            if (CHANGING.stream().anyMatch(command.text()::contains)) {
                check(command, where);
            } else {
                Awaitility.await()
                        .atMost(PATIENCE)
                        .pollInterval(Duration.ofSeconds(1))
                        .untilAsserted(() -> check(command, where));
            }
        }
        join();
    }

    private void check(DocCommand command, String where) {
        Commands.Result result = shell.run(command.text());
        assertThat(result.exitCode()).as(where + "\n" + result.output()).isZero();
        assertThat(command.missingIn(result.output()))
                .as(where + "\nprints:\n" + result.output() + "but the page shows:")
                .isEmpty();
    }

    /// So that a page can join it: nobody of it may be in a domain.
    private void leave() {
        delete("west", NAMESPACES);
        if (linked()) {
            until("vl3ctl --context west leave");
        }
    }

    private void delete(String cluster, Collection<String> namespaces) {
        if (!namespaces.isEmpty()) {
            must("kubectl --context " + cluster + " delete namespace " + String.join(" ", namespaces)
                    + " --ignore-not-found --timeout=90s");
        }
    }

    private boolean linked() {
        return shell.run("kubectl --context west get link east").ok();
    }

    private void join() {
        if (!linked()) {
            Membership membership = new Membership(lab.kubeconfig(), progress);
            Membership.Answer invitation = membership.ctl("east", "invite", "--for", "west");
            assertThat(invitation.exitCode()).as(invitation.err()).isZero();
            Membership.Answer joined =
                    membership.ctl("west", "join", invitation.out().strip());
            assertThat(joined.exitCode()).as(joined.err()).isZero();
        }
    }

    private void must(String text) {
        Commands.Result result = shell.run(text);
        assertThat(result.exitCode()).as(text + "\n" + result.output()).isZero();
    }

    private void until(String text) {
        Awaitility.await().atMost(PATIENCE).pollInterval(Duration.ofSeconds(1)).untilAsserted(() -> must(text));
    }

    private static String resource(String name) {
        return ROOT.resolve("testbed/src/test/resources/dev/vl3mesh/testbed/docs")
                .resolve(name)
                .toString();
    }
}
