package dev.vl3mesh.api.v1alpha1;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.crdv2.generator.CRDGenerator;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The chart's definitions are what the records generate. `-Dgolden.update` writes them anew.
class CrdGoldenTest {
    private static final Path GOLDEN = Path.of("../deploy/helm/vl3mesh/crds");
    private static final List<Class<? extends HasMetadata>> KINDS =
            List.of(Domain.class, Attachment.class, AddressBlock.class, Link.class, Invitation.class);

    private static Path generate(Path directory) {
        CRDGenerator generator = new CRDGenerator().forCRDVersions("v1").inOutputDir(directory.toFile());
        KINDS.forEach(generator::customResourceClasses);
        generator.generate();
        return directory;
    }

    @ParameterizedTest
    @ValueSource(strings = {"domains", "attachments", "addressblocks", "links", "invitations"})
    void theChartHoldsTheGeneratedDefinition(String plural, @TempDir Path directory) throws IOException {
        Path generated = generate(directory).resolve(plural + "." + ApiGroup.NAME + "-v1.yml");
        Path golden = GOLDEN.resolve(plural + "." + ApiGroup.NAME + ".yaml");
        if (System.getProperty("golden.update") != null) {
            Files.copy(generated, golden, StandardCopyOption.REPLACE_EXISTING);
        }
        assertThat(Files.readString(golden)).isEqualTo(Files.readString(generated));
    }

    @Test
    void everyKindIsClusterScoped(@TempDir Path directory) throws IOException {
        generate(directory);
        for (Class<?> kind : KINDS) {
            String plural = kind.getSimpleName().toLowerCase(Locale.ROOT) + "s";
            assertThat(Files.readString(directory.resolve(plural + "." + ApiGroup.NAME + "-v1.yml")))
                    .contains("scope: \"Cluster\"");
        }
    }
}
