package dev.vl3mesh.testbed.istio;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vl3mesh.identity.TokenIssuer;
import dev.vl3mesh.model.Carrier;
import dev.vl3mesh.testbed.fixture.Ran;
import dev.vl3mesh.testbed.fixture.World;
import dev.vl3mesh.testbed.lab.Lab;
import dev.vl3mesh.testbed.lab.LabExtension;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/// Istio's features on calls between clusters, written in west and seen by callers in both.
@ExtendWith(LabExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MeshTrafficST implements IstiosPolicies {
    private static final int CALLS = 100;
    private static final String MESHED = "http://web.meshed.svc.meshed.vl3.internal";
    private static final String ECHO = MESHED + "/echo";
    private static final String FLAKY = "http://flaky.meshed.svc.meshed.vl3.internal/";

    private final MeshWorld mesh;

    MeshTrafficST(Lab lab) {
        this.mesh = new MeshWorld(lab, Carrier.AUTO);
    }

    @Override
    public MeshWorld mesh() {
        return mesh;
    }

    @BeforeAll
    void makeTheWorld() {
        mesh.make();
        makeOthers();
        MeshWorld.CLUSTERS.forEach(cluster -> mesh.awaitAnswer(cluster, "200", MeshWorld.WEB));
    }

    @AfterAll
    void leaveNothingBehind() {
        mesh.close();
    }

    /// Of many calls, those that the pod of a cluster has answered.
    private int answeredBy(String server, String caller) {
        return Integer.parseInt(mesh.client(caller)
                .sh("for i in $(seq " + CALLS + "); do curl -s -m 5 " + MeshWorld.WEB + "; done | grep -c '"
                        + mesh.web(server).name() + "'")
                .out()
                .strip());
    }

    /// Of many calls, those that had an answer of a status.
    private int answered(String caller, String status, String url) {
        return Integer.parseInt(mesh.client(caller)
                .sh("for i in $(seq " + CALLS + "); do curl -s -m 5 -o /dev/null -w '%{http_code}\\n' '" + url
                        + "'; done | grep -c " + status)
                .out()
                .strip());
    }

    @Test
    void callsAreSplitByWeight() {
        mesh.write("west", "split.yaml", Map.of());
        for (String caller : MeshWorld.CLUSTERS) {
            World.eventually()
                    .untilAsserted(() -> assertThat(answeredBy("west", caller))
                            .as("of " + CALLS + " calls from " + caller + ", 80 in the mean")
                            .isBetween(62, 95));
        }
        mesh.delete("west", "split.yaml");
    }

    @Test
    void aSlowAnswerIsNotWaitedFor() {
        mesh.awaitAnswer("east", "200", ECHO + "?delay=2s");
        mesh.write("west", "patience.yaml", Map.of());
        for (String caller : MeshWorld.CLUSTERS) {
            mesh.awaitAnswer(caller, "504", ECHO + "?delay=2s");
            mesh.awaitAnswer(caller, "200", ECHO);
        }
        mesh.delete("west", "patience.yaml");
    }

    @Test
    void aFailureIsTriedAgain() {
        String half = ECHO + "?status=503:50";
        mesh.write("west", "no-retries.yaml", Map.of());
        World.eventually()
                .untilAsserted(() -> assertThat(answered("east", "200", half))
                        .as("without retries")
                        .isBetween(25, 75));
        mesh.delete("west", "no-retries.yaml");
        mesh.write("west", "retries.yaml", Map.of());
        World.eventually()
                .untilAsserted(() -> assertThat(answered("east", "200", half))
                        .as("with five retries")
                        .isGreaterThan(90));
        mesh.delete("west", "retries.yaml");
    }

    @Test
    void aUserNeedsATokenWhereOneIsAskedFor() {
        TokenIssuer issuer = new TokenIssuer(TokenIssuer.newKey(new SecureRandom()), "https://users.example");
        String token = issuer.issue("somebody", "web", Instant.now(), Duration.ofMinutes(10));
        mesh.write("west", "users.yaml", Map.of("keys", issuer.keys()));
        for (String caller : MeshWorld.CLUSTERS) {
            mesh.awaitAnswer(caller, "403", MeshWorld.WEB);
            mesh.awaitAnswer(caller, "200", "-H", "Authorization: Bearer " + token, MeshWorld.WEB);
            mesh.awaitAnswer(caller, "401", "-H", "Authorization: Bearer x" + token, MeshWorld.WEB);
        }
        mesh.delete("west", "users.yaml");
        mesh.awaitAnswer("east", "200", MeshWorld.WEB);
    }

    @Test
    void aNamespaceIsKeptOut() {
        mesh.write("west", "keep-out.yaml", Map.of());
        for (String caller : MeshWorld.CLUSTERS) {
            mesh.awaitAnswer(caller, "403", MeshWorld.WEB);
        }
        mesh.delete("west", "keep-out.yaml");
        mesh.awaitAnswer("east", "200", MeshWorld.WEB);
    }

    /// And answers to nobody: what the caller gets is from east alone.
    @Test
    void whatOneIsAskedAnotherHearsToo() {
        mesh.write("west", "mirror.yaml", Map.of());
        World.eventually().untilAsserted(() -> {
            String path = "/debug?" + UUID.randomUUID();
            Ran ran = mesh.client("east").run("curl", "-sS", "-m", "5", MESHED + path);
            assertThat(ran.out()).as(ran.all()).contains(mesh.web("east").name());
            World.eventually()
                    .atMost(Duration.ofSeconds(3))
                    .untilAsserted(() -> assertThat(mesh.web("west").log()).contains(path));
        });
        mesh.delete("west", "mirror.yaml");
    }

    @Test
    void whoFailsIsLeftOut() {
        mesh.write("east", "flaky.yaml", Map.of("status", "200"));
        mesh.write("west", "flaky.yaml", Map.of("status", "503"));
        MeshWorld.CLUSTERS.forEach(cluster -> World.awaitReady(mesh.world().pod(cluster, MeshWorld.DOMAIN, "flaky")));
        mesh.write("west", "untried.yaml", Map.of());
        World.eventually()
                .untilAsserted(() -> assertThat(answered("east", "200", FLAKY))
                        .as("without outlier detection")
                        .isBetween(25, 75));
        mesh.write("west", "outliers.yaml", Map.of());
        World.eventually()
                .untilAsserted(() -> assertThat(answered("east", "200", FLAKY)).isEqualTo(CALLS));
        mesh.delete("west", "outliers.yaml");
        mesh.delete("west", "untried.yaml");
    }

    /// As the Service says in Kubernetes' own words, and over to the other cluster while its own has nobody.
    @Test
    void callsStayNearWhileThereIsSomebody() {
        mesh.prefer("PreferClose");
        for (String cluster : MeshWorld.CLUSTERS) {
            World.eventually()
                    .untilAsserted(() ->
                            assertThat(answeredBy(cluster, cluster)).as(cluster).isEqualTo(CALLS));
        }
        mesh.web("west").run("rm", "/tmp/ready");
        World.eventually()
                .untilAsserted(() -> assertThat(answeredBy("east", "west")).isEqualTo(CALLS));
        mesh.web("west").run("touch", "/tmp/ready");
        World.eventually()
                .untilAsserted(() -> assertThat(answeredBy("west", "west")).isEqualTo(CALLS));
        mesh.prefer(null);
    }
}
