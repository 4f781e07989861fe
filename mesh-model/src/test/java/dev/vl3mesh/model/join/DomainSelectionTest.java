package dev.vl3mesh.model.join;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vl3mesh.model.DomainName;
import dev.vl3mesh.model.join.DomainSelection.Joins;
import dev.vl3mesh.model.join.DomainSelection.JoinsNothing;
import dev.vl3mesh.model.join.DomainSelection.Refused;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class DomainSelectionTest {
    private static String joined(@Nullable String pod, @Nullable String namespace) {
        return switch (DomainSelection.of(pod, namespace)) {
            case Joins joins ->
                String.join(" ", joins.domains().stream().map(DomainName::value).toList());
            case JoinsNothing _ -> "-";
            case Refused refused -> "refused: " + refused.reason();
        };
    }

    @Test
    void thePodsLabelOverridesTheNamespaces() {
        assertThat(joined(null, null)).isEqualTo("-");
        assertThat(joined(null, "red")).isEqualTo("red");
        assertThat(joined(null, "red.green")).isEqualTo("red green");
        assertThat(joined(null, "none")).isEqualTo("-");
        assertThat(joined("none", "red")).isEqualTo("-");
        assertThat(joined("green", "red")).isEqualTo("green");
        assertThat(joined("green", null)).isEqualTo("green");
        assertThat(joined("green", "none")).isEqualTo("green");
    }

    @Test
    void aLabelThatCantBeReadIsRefusedAndNotIgnored() {
        assertThat(joined("red..green", null))
                .startsWith("refused: the pod's label vl3mesh.dev/domains=red..green can't be read");
        assertThat(joined("red.red", null)).contains("names 'red' twice");
        assertThat(joined("", "red")).contains("is empty");
        assertThat(joined(null, "red.none")).contains("reserved");
        assertThat(joined(null, "Red")).contains("refused");
    }
}
