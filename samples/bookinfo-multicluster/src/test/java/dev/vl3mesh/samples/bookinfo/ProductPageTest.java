package dev.vl3mesh.samples.bookinfo;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class ProductPageTest {
    private static final Call CALL = new Call("/productpage", "", Map.of());

    private static String page(String reviews) {
        return new ProductPage(
                        new Origin("east", "productpage-1", "v1"),
                        (_, _) -> {
                            throw new UpstreamException("details: away");
                        },
                        (_, _) -> Json.parse(reviews))
                .answer(CALL)
                .body();
    }

    @Test
    void showsTextOfOthersAsText() {
        assertThat(page("""
                        {"servedBy":{"cluster":"<b>","pod":"p","version":"v1"},
                         "reviews":[{"reviewer":"\\"x\\"","text":"<script>alert('1')</script>","stars":9,"color":"red\\">"}]}
                        """))
                .doesNotContain("<script>")
                .contains("&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;")
                .contains("class=\"red&quot;&gt;\" title=\"5 of 5\"")
                .contains("cluster <b>&lt;b&gt;</b>");
    }

    @Test
    void saysWhatIsWrongWithAnAnswer() {
        assertThat(page("{\"reviews\":3}")).contains("the reviews are not available: 3 is no array");
        assertThat(page("[]")).contains("no field &#39;reviews&#39;");
    }
}
