package dev.vl3mesh.spire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vl3mesh.identity.CertificateIssuer;
import dev.vl3mesh.identity.SpiffeId;
import dev.vl3mesh.identity.Svid;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(180)
class WorkloadIdentityTest {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final Duration HOUR = Duration.ofHours(1);
    private static final SpiffeId CONTROL = SpiffeId.control("east.test");

    private final CertificateIssuer issuer = CertificateIssuer.newRoot("east.test", Instant.now(), HOUR, RANDOM);

    @TempDir
    private Path folder;

    private FakeWorkloadApi api;
    private WorkloadIdentity identity;

    /// Machines are slow at times.
    private static ConditionFactory patiently() {
        return Awaitility.await().atMost(Duration.ofMinutes(1));
    }

    @BeforeEach
    void start() throws Exception {
        api = new FakeWorkloadApi(folder.resolve("agent.sock"));
        identity = new WorkloadIdentity(WorkloadEndpoint.parse(api.address()), CONTROL);
    }

    @AfterEach
    void stop() throws Exception {
        identity.close();
        api.close();
    }

    private Svid svid(SpiffeId id) {
        return issuer.issue(id, List.of(), Instant.now(), HOUR);
    }

    @Test
    void theIdentityIsTakenAndFollowed() throws Exception {
        Svid one = svid(CONTROL);
        api.give(one);
        assertThat(identity.await()).isEqualTo(one);
        CertificateIssuer next = CertificateIssuer.newRoot("east.test", Instant.now(), HOUR, RANDOM);
        Svid signed = next.issue(CONTROL, List.of(), Instant.now(), HOUR);
        Svid two = new Svid(signed.key(), signed.chain(), List.of(issuer.root(), next.root()));
        api.give(two);
        patiently().untilAsserted(() -> assertThat(identity.current().chain()).isEqualTo(two.chain()));
        assertThat(identity.current().roots()).containsExactlyInAnyOrder(issuer.root(), next.root());
        assertThat(identity.problem()).isEmpty();
    }

    @Test
    void ofSeveralTheExpectedOneIsTaken() throws Exception {
        Svid wanted = svid(CONTROL);
        api.give(svid(new SpiffeId("east.test", "/ns/vl3mesh-system/sa/vl3-control")), wanted);
        assertThat(identity.await()).isEqualTo(wanted);
    }

    @Test
    void anotherIdentityIsRefusedWithTheOneThatIsNeeded() throws Exception {
        api.give(svid(new SpiffeId("east.test", "/ns/vl3mesh-system/sa/vl3-control")));
        patiently()
                .untilAsserted(() -> assertThat(identity.problem())
                        .contains("spiffe://east.test/ns/vl3mesh-system/sa/vl3-control")
                        .contains("has to be spiffe://east.test/control")
                        .contains("registration entry"));
        assertThatThrownBy(identity::current).hasMessageContaining("spiffe://east.test/control");
        Svid right = svid(CONTROL);
        api.give(right);
        assertThat(identity.await()).isEqualTo(right);
    }

    @Test
    void anIdentityThatWouldBreakHandshakesIsRefusedAndThePresentOneStays() throws Exception {
        Svid good = svid(CONTROL);
        api.give(good);
        identity.await();
        Svid other = svid(CONTROL);
        api.give(new Svid(other.key(), good.chain(), good.roots()));
        patiently().untilAsserted(() -> assertThat(identity.problem()).contains("is not the one of its certificate"));
        assertThat(identity.current()).isEqualTo(good);
        api.give(new Svid(other.key(), other.chain(), List.of()));
        patiently().untilAsserted(() -> assertThat(identity.problem()).contains("can't be used"));
        assertThat(identity.current()).isEqualTo(good);
    }

    @Test
    void aWorkloadThatIsNotRegisteredYetWaits() throws Exception {
        patiently()
                .untilAsserted(() -> assertThat(identity.problem())
                        .contains("no identity issued")
                        .contains("has to be spiffe://east.test/control"));
        Svid late = svid(CONTROL);
        api.give(late);
        assertThat(identity.await()).isEqualTo(late);
    }

    @Test
    void whatWasGivenStaysWhileTheApiIsAway() throws Exception {
        Svid one = svid(CONTROL);
        api.give(one);
        assertThat(identity.await()).isEqualTo(one);
        api.stop();
        patiently().untilAsserted(() -> assertThat(identity.problem()).isNotEmpty());
        assertThat(identity.current()).isEqualTo(one);
        Svid two = svid(CONTROL);
        api.give(two);
        api.start();
        patiently().until(() -> identity.current().equals(two));
    }

    @Test
    void aStreamThatEndsWithoutErrorIsOpenedAgain() throws Exception {
        api.give(svid(CONTROL));
        identity.await();
        api.completeAll();
        patiently().until(() -> api.open() == 1);
        Svid two = svid(CONTROL);
        api.give(two);
        patiently().until(() -> identity.current().equals(two));
    }

    @Test
    void theEndpointIsAUnixSocket() {
        assertThat(WorkloadEndpoint.parse("unix:///run/spire/agent.sock").socket())
                .isEqualTo(Path.of("/run/spire/agent.sock"));
        assertThat(WorkloadEndpoint.parse("unix:/run/spire/agent.sock")).hasToString("unix:///run/spire/agent.sock");
        for (String wrong : List.of(
                "tcp://127.0.0.1:8000",
                "/run/spire/agent.sock",
                "unix://host/x",
                "unix:agent.sock",
                "unix:///",
                "unix:///a?b",
                "\\")) {
            assertThatThrownBy(() -> WorkloadEndpoint.parse(wrong))
                    .as(wrong)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("unix:///run/spire/agent.sock");
        }
    }
}
