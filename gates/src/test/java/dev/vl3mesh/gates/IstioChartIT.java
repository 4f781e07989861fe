package dev.vl3mesh.gates;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vl3mesh.istio.IstioProfile;
import dev.vl3mesh.model.plan.MeshPorts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What the profiles make of Istio's own charts, rendered by the real helm: two domains at home in one
/// cluster, and an upgrade of one of them, have no object in common, and none that counts for the whole
/// cluster.
class IstioChartIT {
    private static final Path GOLDEN = Tree.ROOT.resolve("istio-profiles/golden");
    private static final Pattern KIND = Pattern.compile("(?m)^kind: (\\S+)");
    private static final Pattern NAME = Pattern.compile("(?m)^ {2}name: \"?([^\"\\s]+)");

    @TempDir
    private Path folder;

    private static IstioProfile profile(String domain, String revision, int slot) {
        return new IstioProfile(
                domain,
                new MeshPorts(slot),
                revision,
                "vl3-" + domain,
                "east",
                "east.vl3mesh.internal",
                "vl3-control.vl3mesh-system.svc:18443",
                "-----BEGIN CERTIFICATE-----\nroot\n-----END CERTIFICATE-----\n",
                "vl3mesh/xds-server:dev",
                "IfNotPresent");
    }

    private String rendered(IstioProfile profile) throws IOException, InterruptedException {
        Path values = Files.writeString(folder.resolve(profile.revision() + ".yaml"), profile.values());
        Helm.Result result = Helm.template(
                "istiod-" + profile.revision(),
                Helm.peers().resolve("istio/istiod"),
                profile.namespace(),
                List.of("-f", values.toString()));
        assertThat(result.exitCode()).as(result.output()).isZero();
        return result.output();
    }

    /// `<kind> <name>` of each object.
    private static Set<String> objects(String manifests) {
        Set<String> objects = new TreeSet<>();
        for (String manifest : manifests.split("(?m)^---$", -1)) {
            Matcher kind = KIND.matcher(manifest);
            Matcher name = NAME.matcher(manifest);
            if (kind.find() && name.find()) {
                objects.add(kind.group(1) + " " + name.group(1));
            }
        }
        return objects;
    }

    /// What the control plane is started with.
    private static String started(String manifests) {
        return manifests
                .lines()
                .map(String::strip)
                .filter(line -> line.matches("- \"?(discovery|--\\S+)\"?|- \"?--\\w+\"?=.*"))
                .map(line -> line.replace("\"", "").substring(2))
                .collect(Collectors.joining("\n"));
    }

    @Test
    void profilesAreAsTheyWere() throws Exception {
        for (IstioProfile profile : List.of(profile("red", "red", 0), profile("green", "green-2", 3))) {
            Helm.isGolden(GOLDEN.resolve(profile.domain() + "-values.yaml"), profile.values());
            Helm.isGolden(GOLDEN.resolve(profile.domain() + "-access.yaml"), profile.access());
            String rendered = rendered(profile);
            Helm.isGolden(
                    GOLDEN.resolve(profile.domain() + "-rendered.txt"),
                    String.join("\n", objects(rendered)) + "\n\n" + started(rendered) + "\n");
        }
    }

    @Test
    void nothingIsSharedNorTheWholeClusters() throws Exception {
        List<Set<String>> all = List.of(
                objects(rendered(profile("red", "red", 0))),
                objects(rendered(profile("red", "red-next", 0))),
                objects(rendered(profile("green", "green", 1))));
        Set<String> seen = new TreeSet<>();
        for (Set<String> one : all) {
            assertThat(one)
                    .noneMatch(object -> object.startsWith("Cluster") || object.contains("Webhook"))
                    .anyMatch(object -> object.startsWith("Deployment istiod-"))
                    .allMatch(seen::add);
        }
    }
}
