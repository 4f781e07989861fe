package dev.vl3mesh.ctl.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vl3mesh.api.v1alpha1.Domain;
import dev.vl3mesh.api.v1alpha1.DomainSpec;
import dev.vl3mesh.api.v1alpha1.IstioSpec;
import dev.vl3mesh.api.v1alpha1.MeshSpec;
import dev.vl3mesh.ctl.command.Topology.Rail;
import dev.vl3mesh.ctl.command.Topology.Workload;
import dev.vl3mesh.model.join.Labels;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import java.io.StringReader;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.xml.sax.InputSource;

class TopologyTest {
    private static Pod pod(String name, String attachments) {
        return new PodBuilder()
                .withNewMetadata()
                .withNamespace("shop")
                .withName(name)
                .addToAnnotations(Labels.ATTACHMENTS, attachments)
                .endMetadata()
                .build();
    }

    private static Pod of(String replicaSet, String hash, String name, String attachments) {
        return pod(name, attachments)
                .edit()
                .editMetadata()
                .addToLabels("pod-template-hash", hash)
                .addNewOwnerReference()
                .withController(true)
                .withKind("ReplicaSet")
                .withName(replicaSet)
                .endOwnerReference()
                .endMetadata()
                .build();
    }

    private static Topology topology() {
        Domain red = new Domain();
        red.setMetadata(new ObjectMetaBuilder().withName("red").build());
        red.setSpec(new DomainSpec(
                List.of("172.16.0.0/16"),
                "vxlan",
                null,
                List.of(),
                new MeshSpec(new IstioSpec(null, null, "proxy", null))));
        return Topology.of(
                List.of(
                        Topology.site(
                                "east",
                                List.of(
                                        of("cart-abc", "abc", "cart-abc-1", "{\"red\":[\"172.16.0.2\"]}"),
                                        of("cart-abc", "abc", "cart-abc-2", "{\"red\":[\"172.16.0.3\"]}"),
                                        pod("nobody", "{}"))),
                        Topology.site(
                                "west",
                                List.of(pod("both", "{\"red\":[\"172.16.0.66\"],\"green\":[\"172.17.0.2\"]}")))),
                List.of(red, red));
    }

    @Test
    void podsOfOneControllerAreOneWorkload() {
        assertThat(topology().clusters().getFirst().workloads())
                .containsExactly(new Workload("shop", "cart", 2, List.of("red")));
        assertThat(topology().clusters().getLast().workloads())
                .containsExactly(new Workload("shop", "both", 1, List.of("green", "red")));
    }

    @Test
    void everyDomainThatSomebodyIsInIsThereOnce() {
        assertThat(topology().domains())
                .containsExactly(new Rail("green", List.of(), false), new Rail("red", List.of("172.16.0.0/16"), true));
    }

    @Test
    void itIsDrawnForOtherPrograms() {
        assertThat(TopologyText.dot(topology()))
                .startsWith("graph vl3mesh {")
                .contains("w0_0 [label=\"shop/cart x2\"];")
                .contains("w1_0 -- \"domain green\";")
                .contains("w1_0 -- \"domain red\";");
        assertThat(TopologyText.mermaid(topology()))
                .startsWith("flowchart LR")
                .contains("d1([\"red, Istio 172.16.0.0/16\"])")
                .contains("w0_0 --- d1")
                .contains("w1_0 --- d0");
    }

    @Test
    void thePictureHasALineForEachPlace() throws Exception {
        Document picture = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new InputSource(new StringReader(TopologyPicture.svg(topology()))));
        assertThat(picture.getDocumentElement().getTagName()).isEqualTo("svg");
        assertThat(picture.getElementsByTagName("circle").getLength()).isEqualTo(3);
        assertThat(picture.getElementsByTagName("text").getLength()).isEqualTo(2 + 2 + 2 * 2);
    }
}
