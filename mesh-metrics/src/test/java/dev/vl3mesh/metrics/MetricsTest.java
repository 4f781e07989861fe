package dev.vl3mesh.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class MetricsTest {
    private final Metrics metrics = new Metrics();

    private StrictText scraped() {
        return StrictText.read(metrics.scrape());
    }

    @Test
    void valuesAreThoseOfTheMomentOfTheScrape() {
        AtomicLong now = new AtomicLong(7);
        metrics.gauge("vl3_things", "Things.", now::get);
        metrics.counter("vl3_events_total", "Events.", now::get);
        assertThat(scraped().value("vl3_things")).isEqualTo(7);
        now.set(9);
        assertThat(scraped().value("vl3_things")).isEqualTo(9);
        assertThat(scraped().value("vl3_events_total")).isEqualTo(9);
        assertThat(scraped().types()).containsEntry("vl3_things", "gauge").containsEntry("vl3_events_total", "counter");
    }

    @Test
    void rowsComeAndGo() {
        List<Row> rows = new ArrayList<>(List.of(Row.of(1, "red", "a"), Row.of(2, "red", "b")));
        metrics.gauges("vl3_rows", "Rows.", List.of("domain", "kind"), () -> rows);
        metrics.counters("vl3_drops_total", "Drops.", List.of("domain", "kind"), () -> rows);
        assertThat(scraped().value("vl3_rows{domain=\"red\",kind=\"b\"}")).isEqualTo(2);
        rows.removeFirst();
        rows.add(Row.of(3, "green", "a"));
        assertThat(scraped().series("vl3_rows"))
                .containsOnlyKeys("vl3_rows{domain=\"red\",kind=\"b\"}", "vl3_rows{domain=\"green\",kind=\"a\"}");
        assertThat(scraped().series("vl3_drops_total")).hasSize(2);
        rows.clear();
        assertThat(scraped().types()).doesNotContainKeys("vl3_rows", "vl3_drops_total");
        rows.add(Row.of(5, "red", "a"));
        assertThat(scraped().value("vl3_drops_total{domain=\"red\",kind=\"a\"}"))
                .isEqualTo(5);
    }

    @Test
    void aBoundOfAHistogramIsABucket() {
        Durations durations = metrics.durations(
                "vl3_work_seconds", "Work.", List.of("outcome"), Duration.ofMillis(1), Duration.ofMillis(10));
        durations.record(Duration.ofMillis(9), "good");
        durations.record(Duration.ofMillis(11), "good");
        durations.record(Duration.ofMillis(500), "bad");
        StrictText text = scraped();
        assertThat(text.value("vl3_work_seconds_bucket{le=\"0.01\",outcome=\"good\"}"))
                .isEqualTo(1);
        assertThat(text.value("vl3_work_seconds_count{outcome=\"good\"}")).isEqualTo(2);
        assertThat(text.value("vl3_work_seconds_bucket{le=\"0.01\",outcome=\"bad\"}"))
                .isZero();
        assertThat(text.value("vl3_work_seconds_max{outcome=\"bad\"}")).isEqualTo(0.5);
        assertThat(text.types()).containsEntry("vl3_work_seconds", "histogram");
    }

    @Test
    void aHistogramMayBeKeptElsewhere() {
        metrics.histogram(
                "vl3_kept_seconds",
                "Kept.",
                () -> new TreeMap<>(Map.of(0.001, 2L, 0.01, 5L, Double.POSITIVE_INFINITY, 6L)),
                () -> 1.5);
        StrictText text = scraped();
        assertThat(text.value("vl3_kept_seconds_bucket{le=\"0.001\"}")).isEqualTo(2);
        assertThat(text.value("vl3_kept_seconds_bucket{le=\"0.01\"}")).isEqualTo(5);
        assertThat(text.value("vl3_kept_seconds_count")).isEqualTo(6);
        assertThat(text.value("vl3_kept_seconds_sum")).isEqualTo(1.5);
    }

    @Test
    void labelsMayHoldAnything() {
        metrics.gauges("vl3_odd", "Odd.", List.of("text"), () -> List.of(Row.of(1, "a\"b\\c\nd,e=\"")));
        assertThat(scraped().value("vl3_odd{text=\"a\\\"b\\\\c\\nd,e=\\\"\"}")).isEqualTo(1);
    }

    @Test
    void namesThatBreakTheConventionsAreRefused() {
        assertThatThrownBy(() -> metrics.gauge("vl3_things_total", "Things.", () -> 1))
                .hasMessageContaining("_total");
        assertThatThrownBy(() -> metrics.counter("vl3_things", "Things.", () -> 1))
                .hasMessageContaining("_total");
        assertThatThrownBy(() -> metrics.gauge("things", "Things.", () -> 1)).hasMessageContaining("vl3_");
        assertThatThrownBy(() -> metrics.durations("vl3_work", "Work.", List.of()))
                .hasMessageContaining("_seconds");
    }

    @Test
    void equalRowsAreADefectThatShows() {
        metrics.gauges("vl3_rows", "Rows.", List.of("domain"), () -> List.of(Row.of(1, "red"), Row.of(2, "red")));
        assertThatThrownBy(metrics::scrape).hasMessageContaining("twice");
    }

    @Test
    void theReaderIsStrict() {
        String good = "# HELP vl3_a Text.\n# TYPE vl3_a gauge\nvl3_a{b=\"c\"} 1.0\n";
        assertThat(StrictText.read(good).value("vl3_a{b=\"c\"}")).isEqualTo(1);
        for (String bad : List.of(
                good + "vl3_a{b=\"c\"} 2.0\n", // twice
                good + "vl3_b 1.0\n", // without family
                good + good, // family twice
                "# TYPE vl3_a gauge\nvl3_a 1.0\n", // no help
                "# HELP vl3_a \n# TYPE vl3_a gauge\nvl3_a 1.0\n", // empty help
                "# HELP vl3_a Text.\nvl3_a 1.0\n", // no type
                "# HELP vl3_a Text.\n# TYPE vl3_a counter\nvl3_a 1.0\n", // no _total
                "# HELP vl3_a_total Text.\n# TYPE vl3_a_total gauge\nvl3_a_total 1.0\n",
                "# HELP vl3_a_millis Text.\n# TYPE vl3_a_millis gauge\nvl3_a_millis 1.0\n",
                good.replace("1.0", "one"),
                good.replace("1.0", "NaN"),
                good.replace("b=", "b b="),
                good.replace("\"c\"", "\"c\",b=\"d\""),
                good.strip(), // no end
                good + "\n", // an empty line
                "# HELP vl3_a Text.\n# TYPE vl3_a gauge\n", // no samples
                """
                # HELP vl3_h Text.
                # TYPE vl3_h histogram
                vl3_h_bucket{le="1.0"} 2
                vl3_h_bucket{le="+Inf"} 1
                vl3_h_count 1
                vl3_h_sum 1
                """,
                """
                # HELP vl3_h Text.
                # TYPE vl3_h histogram
                vl3_h_bucket{le="+Inf"} 1
                vl3_h_count 2
                vl3_h_sum 1
                """)) {
            assertThatThrownBy(() -> StrictText.read(bad)).as(bad).isInstanceOf(AssertionError.class);
        }
    }
}
