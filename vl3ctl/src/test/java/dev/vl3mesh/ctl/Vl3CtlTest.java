package dev.vl3mesh.ctl;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class Vl3CtlTest {
    @TempDir
    Path folder;

    private String kubeconfig(String server) throws IOException {
        return Files.writeString(folder.resolve("kubeconfig"), """
                apiVersion: v1
                kind: Config
                clusters: [{name: a, cluster: {server: "%s"}}]
                users: [{name: a, user: {token: none}}]
                contexts: [{name: a, context: {cluster: a, user: a}}]
                current-context: a
                """.formatted(server))
                .toString();
    }

    @Test
    void helpOfEveryVerbIsNoError() {
        for (String verb : new String[] {
            "status",
            "check",
            "domains",
            "invite",
            "join",
            "leave",
            "describe pod",
            "explain pod",
            "connectivity test",
            "completion"
        }) {
            Ran ran = Ran.of((verb + " --help").split(" "));
            assertThat(ran.exitCode()).as(verb).isZero();
            assertThat(ran.out()).as(verb).contains("Usage: vl3ctl " + verb).contains("--context");
        }
    }

    @Test
    void aWrongCallIsTwo() {
        assertThat(Ran.of().exitCode()).isEqualTo(2);
        assertThat(Ran.of("fly").exitCode()).isEqualTo(2);
        assertThat(Ran.of("describe").exitCode()).isEqualTo(2);
        Ran ran = Ran.of("invite", "--ttl", "soon");
        assertThat(ran.exitCode()).isEqualTo(2);
        assertThat(ran.err()).contains("--ttl").contains("'soon' is no span of time: write 90s, 15m, 2h or 7d");
    }

    @Test
    void globalOptionsStandBeforeOrAfterTheVerb() throws IOException {
        String file = kubeconfig("https://127.0.0.1:1");
        assertThat(Ran.of("--kubeconfig", file, "--context", "b", "status").err())
                .isEqualTo(
                        Ran.of("status", "--kubeconfig", file, "--context", "b").err())
                .contains("there is no context 'b' in " + file + "; it has a");
    }

    @Test
    void anApiServerThatIsAwayIsSaidInOneSentence() throws IOException {
        Ran ran = Ran.of("domains", "--kubeconfig", kubeconfig("https://127.0.0.1:1"));
        assertThat(ran.exitCode()).isEqualTo(1);
        assertThat(ran.out()).isEmpty();
        assertThat(ran.err().lines()).hasSize(1);
        assertThat(ran.err())
                .startsWith("vl3ctl: the API server can't be reached: ")
                .contains("--context");
    }

    @Test
    void aKubeconfigThatIsNotThereIsNamed() {
        Ran ran = Ran.of("status", "--kubeconfig", "/none/such");
        assertThat(ran.exitCode()).isEqualTo(1);
        assertThat(ran.err()).isEqualTo("vl3ctl: the kubeconfig /none/such is not there or can't be read\n");
    }

    @Test
    void completionKnowsTheVerbs() {
        assertThat(Ran.of("completion").out()).contains("connectivity").contains("complete -F");
    }
}
