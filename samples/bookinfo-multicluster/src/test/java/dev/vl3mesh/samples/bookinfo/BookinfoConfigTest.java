package dev.vl3mesh.samples.bookinfo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.util.Map;
import org.junit.jupiter.api.Test;

class BookinfoConfigTest {
    private static BookinfoConfig of(String program, Map<String, String> environment) {
        return BookinfoConfig.of(new String[] {program}, environment);
    }

    @Test
    void hasDefaults() {
        assertThat(of("details", Map.of("CLUSTER", "east", "HOSTNAME", "details-1")))
                .isEqualTo(new BookinfoConfig(
                        "details",
                        9080,
                        new Origin("east", "details-1", "v1"),
                        URI.create("http://details:9080"),
                        URI.create("http://reviews:9080"),
                        URI.create("http://ratings:9080")));
    }

    @Test
    void saysWhatIsWrong() {
        assertThatThrownBy(() -> of("shop", Map.of("CLUSTER", "east")))
                .hasMessage("program 'shop' is none of productpage, details, reviews, ratings");
        assertThatThrownBy(() -> of("details", Map.of())).hasMessageContaining("CLUSTER is not set");
        assertThatThrownBy(() -> of("details", Map.of("CLUSTER", "east", "PORT", "many")))
                .hasMessage("PORT 'many' is not a number");
        assertThatThrownBy(() -> of("details", Map.of("CLUSTER", "east", "RATINGS_URL", "ratings:9080")))
                .hasMessageContaining("RATINGS_URL 'ratings:9080' is not like http://ratings:9080");
        assertThatThrownBy(() -> Stars.of("v4")).hasMessage("VERSION 'v4' is none of v1, v2, v3");
    }
}
