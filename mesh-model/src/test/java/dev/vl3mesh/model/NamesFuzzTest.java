package dev.vl3mesh.model;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.vl3mesh.model.address.IpAddress;
import dev.vl3mesh.model.ipam.AttachmentName;
import dev.vl3mesh.model.join.DomainSelection;
import dev.vl3mesh.model.join.DomainSelection.Joins;
import dev.vl3mesh.model.join.DomainSelection.JoinsNothing;
import dev.vl3mesh.model.join.DomainSelection.Refused;
import dev.vl3mesh.model.plan.ResourceKey;
import dev.vl3mesh.model.plan.ResourceKind;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

class NamesFuzzTest {
    private static final IpAddress ADDRESS = IpAddress.parse("fd00:16::");

    @FuzzTest(maxDuration = "2m")
    void textIsANameOrRefused(byte[] bytes) {
        String text = new String(bytes, StandardCharsets.UTF_8);
        made(DomainName::new, text).ifPresent(domain -> {
            assertThat(domain.value()).isEqualTo(text).hasSizeLessThanOrEqualTo(40);
            assertThat(InterfaceName.of(domain).value()).matches("vl3-[a-z0-9-]{1,11}");
            assertThat(AttachmentName.of(domain, ADDRESS).value()).matches("[a-z0-9][a-z0-9.-]*[a-z0-9]");
        });
        made(KubeClusterName::new, text)
                .ifPresent(
                        cluster -> assertThat(cluster.value()).isEqualTo(text).hasSizeLessThanOrEqualTo(40));
        made(NodeName::new, text)
                .ifPresent(node -> assertThat(node.value()).isEqualTo(text).hasSizeLessThanOrEqualTo(253));
        Carrier.parse(text).ifPresent(carrier -> assertThat(carrier.word()).isEqualTo(text));
    }

    private static <T> Optional<T> made(Function<String, T> constructor, String text) {
        try {
            return Optional.of(constructor.apply(text));
        } catch (IllegalArgumentException e) {
            assertThat(e.getMessage()).contains("name");
            return Optional.empty();
        }
    }

    @FuzzTest(maxDuration = "2m")
    void textIsANameOnTheWireOrRefused(byte[] bytes) {
        String text = new String(bytes, StandardCharsets.UTF_8);
        ResourceKey key;
        try {
            key = ResourceKey.ofWireName(ResourceKind.SERVICE, text);
        } catch (IllegalArgumentException e) {
            assertThat(e.getMessage()).isNotBlank();
            return;
        }
        assertThat(key.wireName()).isEqualTo(text);
        assertThat(ResourceKey.ofWireName(ResourceKind.SERVICE, key.wireName())).isEqualTo(key);
    }

    /// The text up to the first line break is the pod's label, the rest the namespace's.
    @FuzzTest(maxDuration = "2m")
    void labelsSelectDomainsOrAreRefused(byte[] bytes) {
        String text = new String(bytes, StandardCharsets.UTF_8);
        int end = text.indexOf('\n');
        String pod = end < 0 ? text : text.substring(0, end);
        String namespace = end < 0 ? null : text.substring(end + 1);
        for (DomainSelection selection :
                new DomainSelection[] {DomainSelection.of(pod, namespace), DomainSelection.of(null, pod)}) {
            assertThat(selection.reason()).isNotBlank();
            switch (selection) {
                case Joins joins -> {
                    assertThat(joins.domains()).isNotEmpty().doesNotHaveDuplicates();
                    assertThat(joins.domains().stream().map(DomainName::value).collect(Collectors.joining(".")))
                            .isEqualTo(pod);
                }
                case JoinsNothing _ -> assertThat(pod).isEqualTo("none");
                case Refused _ -> assertThat(pod).isNotEqualTo("red");
            }
        }
    }
}
