package dev.vl3mesh.model.join;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.vl3mesh.model.DomainName;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SearchDomainsTest {
    private static final List<DomainName> JOINED = List.of(new DomainName("red"), new DomainName("green"));

    private static List<String> searched(@Nullable String pod, @Nullable String namespace) {
        return SearchDomains.of(pod, namespace, JOINED).stream()
                .map(DomainName::value)
                .toList();
    }

    @Test
    void shortNamesAreTheClustersUnlessSomebodySaysOtherwise() {
        assertThat(searched(null, null)).isEmpty();
        assertThat(searched(null, "green.red")).containsExactly("green", "red");
        assertThat(searched("red", "green")).containsExactly("red");
        assertThat(searched("none", "green")).isEmpty();
        assertThat(searched(null, "blue.green"))
                .as("a namespace speaks for all of its pods")
                .containsExactly("green");
    }

    @Test
    void whatThePodAsksForItHasToGet() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> searched("blue", null))
                .withMessageContaining("vl3mesh.dev/search-domains=blue")
                .withMessageContaining("[red, green]");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> searched(null, ""))
                .withMessageContaining("is empty");
    }
}
