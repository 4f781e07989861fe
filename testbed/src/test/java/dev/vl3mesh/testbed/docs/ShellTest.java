package dev.vl3mesh.testbed.docs;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ShellTest {
    @Test
    void knowsWhatItCanRun() {
        assertThat(Shell.unknownIn("kubectl get pods -A | grep 'a|b; rm' && vl3ctl status"))
                .isEmpty();
        assertThat(Shell.unknownIn("kubectl apply \\\n  -f - <<'END'\nkind: Domain\nEND"))
                .isEmpty();
        assertThat(Shell.unknownIn("./vl3 lab up")).isEmpty();
    }

    @Test
    void refusesTheRest() {
        assertThat(Shell.unknownIn("istioctl analyze")).contains("no way to run 'istioctl'");
        assertThat(Shell.unknownIn("kubectl get pods | xargs rm")).contains("'xargs'");
    }
}
