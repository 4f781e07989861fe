package dev.vl3mesh.gates;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// Pages speak of what exists.
class PagesTest {
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)#:]+)(#[^)]*)?\\)");

    private static Set<String> found(Pattern pattern, String text) {
        Set<String> found = new TreeSet<>();
        Matcher matcher = pattern.matcher(text);
        while (matcher.find()) {
            found.add(matcher.group(1));
        }
        return found;
    }

    private static String sources(String module) {
        StringBuilder text = new StringBuilder();
        for (Path file : Tree.files(".java")) {
            if (file.startsWith(module) && file.toString().contains("/src/main/")) {
                text.append(Tree.read(file));
            }
        }
        return text.toString();
    }

    @Test
    void linksLeadSomewhere() {
        List<String> broken = new ArrayList<>();
        for (Path page : Tree.files(".md")) {
            for (String target : found(LINK, Tree.read(page))) {
                if (!Files.exists(Tree.ROOT.resolve(page).resolveSibling(target))) {
                    broken.add(page + ": " + target);
                }
            }
        }
        assertThat(broken).isEmpty();
    }

    /// Metrics and their types, as the sources make them.
    private static Map<String, String> metrics() {
        String sources = sources("vl3-dataplane/agent") + sources("mesh-bridge") + sources("vl3-injector-webhook");
        Map<String, String> types = new TreeMap<>();
        Matcher made = Pattern.compile("\\.(gauge|counter|duration|histogram)s?\\(\\s*\"(vl3_[a-z0-9_]+)\"")
                .matcher(sources);
        while (made.find()) {
            String type = made.group(1).equals("duration") ? "histogram" : made.group(1);
            assertThat(types.getOrDefault(made.group(2), type))
                    .as(made.group(2))
                    .isEqualTo(type);
            types.put(made.group(2), type);
        }
        assertThat(types.keySet())
                .as("a name that nothing is made of, or a metric that this test does not see")
                .containsExactlyElementsOf(found(Pattern.compile("\"(vl3_[a-z0-9_]+)\""), sources));
        return types;
    }

    @Test
    void metricsAreDocumented() {
        String page = Tree.read(Path.of("docs/metrics.md"));
        Map<String, String> documented = new TreeMap<>();
        Matcher row =
                Pattern.compile("(?m)^\\| `(vl3_[a-z0-9_]+)` \\| ([a-z]+) \\|").matcher(page);
        while (row.find()) {
            documented.put(row.group(1), row.group(2));
        }
        assertThat(documented).hasSizeGreaterThan(20).containsExactlyInAnyOrderEntriesOf(metrics());
        assertThat(documented.keySet())
                .as("the page speaks of metrics that are in no table")
                .containsAll(found(Pattern.compile("`(vl3_[a-z0-9_]+)"), page));
    }

    @Test
    void dropReasonsAreDocumented() {
        String reasons =
                Tree.read(Path.of("vl3-dataplane/agent/src/main/java/dev/vl3mesh/agent/attach/DropReason.java"));
        Set<String> words = new TreeSet<>();
        found(Pattern.compile("(?m)^    ([A-Z][A-Z0-9_]+)[,;]$"), reasons)
                .forEach(word ->
                        words.add(word.toLowerCase(java.util.Locale.ROOT).replace('_', '-')));
        assertThat(found(Pattern.compile("`([a-z0-9-]+)`"), Tree.read(Path.of("docs/metrics.md"))))
                .isNotEmpty()
                .containsAll(words);
        assertThat(words).hasSizeGreaterThan(5);
    }

    @Test
    void verbsAreDocumented() {
        Set<String> verbs = found(Pattern.compile("@Command\\(\\s*name = \"([a-z]+)\""), sources("vl3ctl"));
        verbs.remove("vl3ctl");
        String page = Tree.read(Path.of("docs/vl3ctl.md"));
        assertThat(verbs)
                .hasSizeGreaterThan(5)
                .allSatisfy(verb -> assertThat(page)
                        .as("docs/vl3ctl.md says nothing of " + verb)
                        .containsPattern("(?m)^\\| `([a-z]+ )?" + verb + "[` ]"));
    }

    @Test
    void chartValuesExist() {
        String values = Tree.read(Path.of("deploy/helm/vl3mesh/values.yaml"));
        Set<String> documented = found(
                Pattern.compile("(?m)`((?:cluster|image|control|link|injector|agent|metrics|identity)\\.[A-Za-z.]+)`"),
                Tree.read(Path.of("docs/operations.md")));
        assertThat(documented).isNotEmpty().allSatisfy(value -> {
            String last = value.substring(value.lastIndexOf('.') + 1);
            assertThat(values).as(value + " is no value of the chart").containsPattern("(?m)^ +" + last + ":");
        });
    }

    @Test
    void everyPageIsInTheIndex() {
        String index = Tree.read(Path.of("docs/README.md"));
        assertThat(Tree.files(".md").stream()
                        .filter(page ->
                                page.startsWith("docs") && page.getNameCount() == 2 && !page.endsWith("README.md"))
                        .map(page -> page.getFileName().toString()))
                .isNotEmpty()
                .allSatisfy(page -> assertThat(index).contains("](" + page + ")"));
    }
}
