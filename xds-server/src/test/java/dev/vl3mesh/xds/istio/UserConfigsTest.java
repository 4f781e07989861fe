package dev.vl3mesh.xds.istio;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vl3mesh.model.DomainName;
import dev.vl3mesh.model.KubeClusterName;
import dev.vl3mesh.model.plan.ConfigName;
import dev.vl3mesh.model.plan.MeshResource.ConfigResource;
import dev.vl3mesh.model.plan.MeshResource.VerdictResource;
import dev.vl3mesh.xds.istio.UserConfigs.InForce;
import dev.vl3mesh.xds.istio.UserConfigs.Outcome;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UserConfigsTest {
    private static final DomainName RED = new DomainName("red");
    private static final KubeClusterName EAST = new KubeClusterName("east");
    private static final KubeClusterName WEST = new KubeClusterName("west");

    private final FakeIstiod istiod = new FakeIstiod();
    private final UserConfigs configs = new UserConfigs(RED, EAST, "vl3-red", istiod);

    private static ConfigResource config(
            KubeClusterName cluster, String kind, String name, long writtenAt, String spec) {
        return new ConfigResource(
                cluster,
                RED,
                new ConfigName("networking.istio.io", kind, "shop", name),
                writtenAt,
                Map.of(),
                Map.of(),
                spec);
    }

    private static ConfigResource routes(KubeClusterName cluster, long writtenAt, String host) {
        return config(cluster, "VirtualService", "web", writtenAt, "{\"hosts\": [\"" + host + "\"]}");
    }

    private static List<String> said(Outcome outcome) {
        return outcome.verdicts().stream()
                .map(verdict -> verdict.writer() + " " + verdict.inForce() + " " + verdict.reason())
                .toList();
    }

    private static String message(Outcome outcome) {
        assertThat(outcome.verdicts()).hasSize(1);
        return outcome.verdicts().getFirst().message();
    }

    @Test
    void whatIstiodTakesIsInForce() {
        Outcome outcome = configs.judge(List.of(routes(WEST, 1, "web")));
        assertThat(said(outcome)).containsExactly("west true InForce");
        assertThat(outcome.inForce()).extracting(InForce::kind).containsExactly(IstioKind.VIRTUAL_SERVICE);
        assertThat(outcome.complete()).isTrue();
        assertThat(outcome.verdicts())
                .extracting(VerdictResource::origin)
                .as("the home says so")
                .containsExactly(EAST);
    }

    @Test
    void istiodIsAskedOnceForAContent() {
        configs.judge(List.of(routes(WEST, 1, "web")));
        configs.judge(List.of(routes(WEST, 1, "web")));
        assertThat(istiod.asked).isOne();
        configs.judge(List.of(routes(WEST, 1, "other")));
        assertThat(istiod.asked).isEqualTo(2);
    }

    @Test
    void theOldestOfSeveralClustersCounts() {
        Outcome outcome = configs.judge(List.of(routes(EAST, 2, "of-east"), routes(WEST, 1, "of-west")));
        assertThat(said(outcome)).containsExactly("west true InForce", "east false Conflict");
        assertThat(outcome.inForce()).extracting(one -> one.config().origin()).containsExactly(WEST);
    }

    @Test
    void ofEquallyOldOnesTheFirstClusterCounts() {
        Outcome outcome = configs.judge(List.of(routes(WEST, 1, "of-west"), routes(EAST, 1, "of-east")));
        assertThat(said(outcome)).containsExactly("east true InForce", "west false Conflict");
    }

    @Test
    void aBadChangeLeavesInForceWhatWas() {
        Outcome good = configs.judge(List.of(routes(WEST, 1, "web")));
        Outcome bad = configs.judge(List.of(routes(WEST, 1, "bad")));
        assertThat(bad.inForce()).isEqualTo(good.inForce());
        assertThat(said(bad)).containsExactly("west false Invalid");
        assertThat(message(bad)).isEqualTo("configuration is invalid: bad; what was in force before stays in force");
    }

    @Test
    void whatIsGoneIsForgotten() {
        configs.judge(List.of(routes(WEST, 1, "web")));
        assertThat(configs.judge(List.of()).inForce()).isEmpty();
        Outcome bad = configs.judge(List.of(routes(WEST, 1, "bad")));
        assertThat(bad.inForce()).isEmpty();
        assertThat(message(bad)).isEqualTo("configuration is invalid: bad");
    }

    @Test
    void anUnknownFieldIsRefusedByItsName() {
        Outcome outcome = configs.judge(List.of(config(WEST, "VirtualService", "web", 1, "{\"hots\": []}")));
        assertThat(said(outcome)).containsExactly("west false Invalid");
        assertThat(message(outcome)).contains("hots");
    }

    @Test
    void whileIstiodIsAwayNothingChanges() {
        Outcome before = configs.judge(List.of(routes(WEST, 1, "web")));
        istiod.away = true;
        Outcome away = configs.judge(List.of(routes(WEST, 1, "other")));
        assertThat(away.inForce()).isEqualTo(before.inForce());
        assertThat(away.verdicts()).isEmpty();
        assertThat(away.complete()).isFalse();
        istiod.away = false;
        assertThat(said(configs.judge(List.of(routes(WEST, 1, "other"))))).containsExactly("west true InForce");
    }

    @ParameterizedTest
    @CsvSource({
        "web, true",
        "web.shop.svc.red.vl3.internal, true",
        "api.example.com, true",
        "*.shop.svc.red.vl3.internal, true",
        "web.bank.svc.red.vl3.internal, false",
        "*.svc.red.vl3.internal, false",
        "*.vl3.internal, false"
    })
    void aServiceIsRoutedFromItsOwnNamespace(String host, boolean allowed) {
        Outcome outcome = configs.judge(List.of(routes(WEST, 1, host)));
        assertThat(said(outcome)).containsExactly(allowed ? "west true InForce" : "west false NotAllowed");
        String spec = "{\"hosts\": [\"" + host + "\"], \"exportTo\": [\".\"]}";
        assertThat(said(configs.judge(List.of(config(WEST, "VirtualService", "own", 1, spec)))))
                .as("for its own callers each may say what it likes")
                .containsExactly("west true InForce");
    }

    /// istiod, which gets it by MCP, would look for the service `web.shop`.
    @ParameterizedTest
    @CsvSource({
        "web, web.shop.svc.red.vl3.internal",
        "web.bank.svc.cluster.local, web.bank.svc.red.vl3.internal",
        "api.example.com, api.example.com"
    })
    void namesAreWrittenOutAsTheirWriterMeansThem(String written, String meant) {
        String spec = "{\"hosts\": [\"" + written + "\"], \"route\": [{\"host\": \"" + written
                + "\"}], \"exportTo\": [\".\"]}";
        Outcome outcome = configs.judge(List.of(config(WEST, "VirtualService", "web", 1, spec)));
        String published = outcome.inForce().getFirst().body().toStringUtf8();
        assertThat(published.split(Pattern.quote(meant), -1)).as(published).hasSize(3);
    }

    @Test
    void theRootNamespaceIsTheHomes() {
        ConfigResource west = new ConfigResource(
                WEST,
                RED,
                new ConfigName("security.istio.io", "AuthorizationPolicy", "vl3-red", "allow"),
                1,
                Map.of(),
                Map.of(),
                "{}");
        assertThat(message(configs.judge(List.of(west)))).contains("write them in cluster east");
    }

    @Test
    void namesOfTheDomainAreGivenByServices() {
        ConfigResource entry =
                config(WEST, "ServiceEntry", "mine", 1, "{\"hosts\": [\"web.shop.svc.red.vl3.internal\"]}");
        assertThat(message(configs.judge(List.of(entry)))).contains("make a Service");
        ConfigResource reserved = config(WEST, "ServiceEntry", "vl3-web", 1, "{\"hosts\": [\"api.example.com\"]}");
        assertThat(message(configs.judge(List.of(reserved)))).contains("give it another name");
        ConfigResource pod =
                config(WEST, "WorkloadEntry", "mine", 1, "{\"labels\": {\"service.vl3mesh.dev/web\": \"true\"}}");
        assertThat(message(configs.judge(List.of(pod)))).contains("leave the label out");
    }
}
