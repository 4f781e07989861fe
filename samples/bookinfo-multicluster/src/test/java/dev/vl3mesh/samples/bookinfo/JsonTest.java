package dev.vl3mesh.samples.bookinfo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class JsonTest {
    @Test
    void readsWhatItWrites() {
        Json json = Json.object()
                .with("quote\"", "back\\slash, new\nline, \u0001, ü, \uD83D\uDE00")
                .with("count", -3)
                .with("list", Json.parse("[1, [], {}, \"x\"]"))
                .done();
        assertThat(Json.parse(json.toString())).isEqualTo(json);
        assertThat(json.field("list").items()).hasSize(4);
    }

    @Test
    void readsEscapes() {
        assertThat(Json.parse(" \"\\u0041\\n\\/\\t\" ").text()).isEqualTo("A\n/\t");
    }

    @Test
    void refusesTheRest() {
        for (String wrong : new String[] {
            "",
            "{",
            "{\"a\"}",
            "{\"a\":1,}",
            "[1 2]",
            "\"open",
            "\"\\x\"",
            "\"\\u00",
            "\"\\u00zz\"",
            "1.5",
            "true",
            "1 2",
            "-"
        }) {
            assertThatThrownBy(() -> Json.parse(wrong), wrong).isInstanceOf(JsonException.class);
        }
        assertThatThrownBy(() -> Json.parse("[".repeat(100_000))).hasMessageContaining("at most 32 levels");
    }
}
