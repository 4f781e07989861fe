package dev.vl3mesh.model.join;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vl3mesh.model.DomainName;
import dev.vl3mesh.model.join.ConfigSelection.In;
import dev.vl3mesh.model.join.ConfigSelection.Nowhere;
import dev.vl3mesh.model.join.ConfigSelection.Refused;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ConfigSelectionTest {
    private static final Set<String> MESHED = Set.of("red", "green");

    private static ConfigSelection of(
            @Nullable String object, @Nullable String namespace, @Nullable String namespaceDefault) {
        return ConfigSelection.of(object, namespace, namespaceDefault, domain -> MESHED.contains(domain.value()));
    }

    private static ConfigSelection in(String domain) {
        return new In(new DomainName(domain));
    }

    @Test
    void inANamespaceOfOneMeshNothingHasToBeSaid() {
        assertThat(of(null, "red", null)).isEqualTo(in("red"));
        assertThat(of(null, "plain.red", null)).as("plain has no mesh").isEqualTo(in("red"));
        assertThat(of(null, "plain", null)).isEqualTo(new Nowhere());
        assertThat(of(null, null, "red")).isEqualTo(new Nowhere());
        assertThat(of(null, "none", null)).isEqualTo(new Nowhere());
    }

    @Test
    void inSeveralMeshesOneHasToBeNamed() {
        assertThat(of(null, "red.green", null)).isInstanceOfSatisfying(Refused.class, refused -> {
            assertThat(refused.domains()).extracting(DomainName::value).containsExactly("red", "green");
            assertThat(refused.reason()).contains("red and green").contains(Labels.CONFIG_DOMAIN);
        });
        assertThat(of("green", "red.green", null)).isEqualTo(in("green"));
        assertThat(of(null, "red.green", "green")).isEqualTo(in("green"));
        assertThat(of("red", "red.green", "green"))
                .as("the object's label comes first")
                .isEqualTo(in("red"));
        assertThat(of(null, "red.green", "blue"))
                .isInstanceOfSatisfying(
                        Refused.class, refused -> assertThat(refused.reason()).contains("=blue"));
    }

    @Test
    void anObjectsLabelNamesOneMeshThatThereIs() {
        assertThat(of("red", null, null)).isEqualTo(in("red"));
        assertThat(of("none", "red", null)).isEqualTo(new Nowhere());
        assertThat(of("red.green", "red", null))
                .isInstanceOfSatisfying(
                        Refused.class,
                        refused -> assertThat(refused.domains())
                                .extracting(DomainName::value)
                                .containsExactly("red", "green"));
        assertThat(of("plain", "red", null))
                .isInstanceOfSatisfying(
                        Refused.class,
                        refused -> assertThat(refused.reason())
                                .contains("plain")
                                .contains("no domain of that name that has a mesh"));
        assertThat(of("", "red", null))
                .as("it is said where its namespace is")
                .isInstanceOfSatisfying(
                        Refused.class, refused -> assertThat(refused.domains()).containsExactly(new DomainName("red")));
    }
}
