package dev.vl3mesh.ctl.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vl3mesh.ctl.command.MeshStatus.Istiod;
import dev.vl3mesh.ctl.command.MeshStatus.Refused;
import dev.vl3mesh.ctl.command.MeshStatus.Sidecar;
import dev.vl3mesh.ctl.render.Styles;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MeshStatusTest {
    private static MeshStatus status(String cluster, List<Istiod> istiods, List<Sidecar> sidecars, Refused... refused) {
        return new MeshStatus(
                "red",
                cluster,
                "east",
                "red",
                List.of("proxyv2:2", "proxyv2:3"),
                istiods,
                sidecars,
                List.of("shop/batch"),
                List.of(refused));
    }

    @Test
    void showsAMeshThatIsWell() {
        MeshStatus status = status(
                "east",
                List.of(new Istiod("istiod-red-1", true, 3, List.of())),
                List.of(
                        new Sidecar("shop", "web-0", true, "proxyv2:1"),
                        new Sidecar("shop", "web-1", true, "proxyv2:3")));
        assertThat(status.problems()).isEmpty();
        assertThat(MeshStatusCommand.text(status, new Styles(false))).isEqualTo("""
                        mesh of domain red: well
                        istio, revision red, at home in east, sidecars proxyv2:2

                        ISTIOD         READY   SIDECARS   UP TO DATE
                        istiod-red-1   yes     3          3

                        CLUSTER   SIDECARS   READY   OTHER IMAGE   NO SIDECAR   NOT IN FORCE
                        east      2          2       1             1            0
                        """);
    }

    @Test
    void saysWhatIsWrong() {
        MeshStatus home = status("east", List.of(new Istiod("istiod-red-1", false, 0, List.of())), List.of());
        assertThat(home.problems()).containsExactly("no istiod of revision red is ready: see vl3ctl istio-profile red");
        MeshStatus behind =
                status("east", List.of(new Istiod("istiod-red-1", true, 2, List.of("web-0.shop"))), List.of());
        assertThat(behind.problems())
                .containsExactly("sidecar web-0.shop has not taken all that istiod-red-1 has sent");
        MeshStatus member = status(
                "west",
                List.of(),
                List.of(new Sidecar("shop", "web-0", false, "proxyv2:2")),
                new Refused("VirtualService", "shop", "web", "Invalid", "weight -1 < 0"));
        assertThat(member.problems())
                .containsExactly(
                        "the sidecar of pod shop/web-0 is not ready: kubectl -n shop logs web-0 -c istio-proxy-red",
                        "VirtualService shop/web is not in force: weight -1 < 0");
    }

    @ParameterizedTest
    @CsvSource({
        "'{\"proxy\": \"a\", \"cluster_sent\": \"1\", \"cluster_acked\": \"1\"}', false",
        "'{\"proxy\": \"a\", \"cluster_sent\": \"2\", \"cluster_acked\": \"1\"}', true",
        "'{\"proxy\": \"a\", \"cluster_sent\": \"2\"}', true",
        "'{\"proxy\": \"a\"}', false"
    })
    void aSidecarIsBehindUntilItHasAcknowledged(String proxy, boolean behind) throws IOException {
        assertThat(IstiodDebug.isBehind(
                        IstiodDebug.read("some words\n[" + proxy + "]").get(0)))
                .isEqualTo(behind);
    }
}
