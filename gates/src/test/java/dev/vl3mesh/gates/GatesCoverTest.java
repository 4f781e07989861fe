package dev.vl3mesh.gates;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/// A rule that does not see a module is green for nothing.
class GatesCoverTest {
    /// What nothing depends on, and what may know anything.
    private static final Set<String> OUTSIDE = Set.of("testbed", "testkit", "benchmarks");

    @Test
    void everyModuleIsUnderTheRules() {
        Set<String> forgotten = new TreeSet<>();
        for (Path file : Tree.files(".java")) {
            String text = file.toString();
            int main = text.indexOf("/src/main/java/");
            if (main < 0 || OUTSIDE.contains(text.substring(0, main)) || text.endsWith("package-info.java")) {
                continue;
            }
            String type = text.substring(main + "/src/main/java/".length(), text.length() - ".java".length());
            if (getClass().getClassLoader().getResource(type + ".class") == null) {
                forgotten.add(text.substring(0, main));
            }
        }
        assertThat(forgotten).as("modules that gates/pom.xml must depend on").isEmpty();
    }

    @Test
    void everyModuleIsBuilt() {
        List<String> modules = Tree.files("pom.xml").stream()
                .filter(pom -> pom.getNameCount() > 1)
                .map(pom -> pom.subpath(0, pom.getNameCount() - 1).toString())
                .toList();
        String parents = Tree.read(Path.of("pom.xml")) + Tree.read(Path.of("vl3-dataplane/pom.xml"));
        assertThat(modules)
                .isNotEmpty()
                .allSatisfy(module -> assertThat(parents)
                        .as("a <module> for " + module)
                        .containsAnyOf(
                                "<module>" + module + "</module>",
                                "<module>" + module.replace("vl3-dataplane/", "") + "</module>"));
    }
}
