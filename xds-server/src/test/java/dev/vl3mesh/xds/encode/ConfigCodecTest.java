package dev.vl3mesh.xds.encode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.vl3mesh.model.DomainName;
import dev.vl3mesh.model.KubeClusterName;
import dev.vl3mesh.model.plan.ConfigName;
import dev.vl3mesh.model.plan.MeshResource;
import dev.vl3mesh.model.plan.MeshResource.ConfigResource;
import dev.vl3mesh.model.plan.MeshResource.VerdictResource;
import dev.vl3mesh.model.plan.ResourceKind;
import dev.vl3mesh.xds.proto.v1.Config;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ConfigCodecTest {
    private static final KubeClusterName EAST = new KubeClusterName("east");
    private static final KubeClusterName WEST = new KubeClusterName("west");
    private static final DomainName RED = new DomainName("red");
    private static final ConfigName NAME = new ConfigName("networking.istio.io", "VirtualService", "shop", "web.v1");

    private static ConfigResource config(Map<String, String> labels, String spec) {
        return new ConfigResource(WEST, RED, NAME, 1_800_000_000, labels, Map.of("istio.io/rev", "red"), spec);
    }

    private static MeshResource reread(MeshResource resource) throws ResourceProblem {
        return ResourceCodec.decode(resource.key().kind(), resource.key().wireName(), ResourceCodec.encode(resource));
    }

    @Test
    void whatIsWrittenIsRead() throws ResourceProblem {
        ConfigResource config = config(Map.of("app", "web"), "{\"hosts\":[\"web\"]}");
        assertThat(reread(config)).isEqualTo(config);
        VerdictResource verdict = new VerdictResource(EAST, RED, WEST, NAME, "0011", false, "Invalid", "weight -1 < 0");
        assertThat(reread(verdict)).isEqualTo(verdict);
    }

    @Test
    void equalOnesHaveEqualVersions() {
        Map<String, String> oneWay = new LinkedHashMap<>();
        Map<String, String> otherWay = new LinkedHashMap<>();
        for (int i = 0; i < 20; i++) {
            oneWay.put("l" + i, "x");
            otherWay.put("l" + (19 - i), "x");
        }
        assertThat(ResourceCodec.encode(config(oneWay, "{}"))).isEqualTo(ResourceCodec.encode(config(otherWay, "{}")));
    }

    @Test
    void whatIsTooLargeIsRefused() {
        ConfigResource large = config(Map.of(), " ".repeat(ConfigCodec.SPEC_MAX + 1));
        assertThatThrownBy(() -> reread(large))
                .isInstanceOf(ResourceProblem.class)
                .hasMessageContaining("524289");
    }

    @Test
    void aNameThatIsNoneIsRefused() {
        ByteString bytes = Config.newBuilder()
                .setDomain("red")
                .setCluster("west")
                .setName("networking.istio.io/VirtualService/../web")
                .build()
                .toByteString();
        assertThatThrownBy(() -> ResourceCodec.decode(ResourceKind.CONFIG, "red/west/whatever", bytes))
                .isInstanceOf(ResourceProblem.class)
                .hasMessageContaining("'..' is no DNS name");
    }
}
