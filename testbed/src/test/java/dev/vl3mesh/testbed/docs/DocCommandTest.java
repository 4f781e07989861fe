package dev.vl3mesh.testbed.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class DocCommandTest {
    @Test
    void findsPromptsAndScripts() {
        List<DocCommand> commands = DocCommand.parse("""
                # A page
                ```
                not a command
                ```
                ```console
                $ kubectl get pods \\
                  -A
                NAME   AGE
                web    3s
                $ vl3ctl status
                ```
                ```sh
                # first
                kubectl apply -f - <<'END'
                kind: Domain
                END

                helm list
                ```
                ```yaml
                kind: Domain
                ```
                """.lines().toList());
        assertThat(commands)
                .containsExactly(
                        new DocCommand(6, "kubectl get pods \\\n  -A", List.of("NAME   AGE", "web    3s")),
                        new DocCommand(10, "vl3ctl status", List.of()),
                        new DocCommand(14, "kubectl apply -f - <<'END'\nkind: Domain\nEND", List.of()),
                        new DocCommand(18, "helm list", List.of()));
    }

    @Test
    void comparesOutputByItsShape() {
        DocCommand command = new DocCommand(
                1, "kubectl get pods", List.of("NAME  AGE", "...", "web-...   3s", "", "total: 17 (all)"));
        assertThat(command.missingIn("NAME      AGE\ndb  9s\nweb-x7f   120s\nmore\ntotal: 2 (all)\n"))
                .isEmpty();
        assertThat(command.missingIn("NAME AGE\nweb-x7f 2m3s\ntotal: 2 (all)\n"))
                .isEqualTo("web-...   3s");
        assertThat(command.missingIn("NAME AGE\nweb-x7f 3s\n")).isEqualTo("total: 17 (all)");
    }
}
