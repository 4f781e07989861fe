package dev.vl3mesh.ctl;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vl3mesh.api.invitation.InvitationToken;
import java.io.IOException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InviteAndJoinTest {
    private static final String GROUP = "/apis/vl3mesh.dev/v1alpha1";
    private static final String SECRETS = "/api/v1/namespaces/vl3mesh-system/secrets/";
    /// A self-signed certificate, made by `openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes`.
    private static final String ROOT = """
            -----BEGIN CERTIFICATE-----
            MIIBdTCCARugAwIBAgIUUacX9ovJds7sYuLt7VuOOWzhcnswCgYIKoZIzj0EAwIw
            DzENMAsGA1UEAwwEZWFzdDAgFw0yNjExMjQwMjM4MDZaGA8yMTI2MTAzMTAyMzgw
            NlowDzENMAsGA1UEAwwEZWFzdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABEq4
            uzPPvDyELDM3MVi6ux4bqWWtXNWsJejqKdaneg+IC9vji3j2FIw7XnP5B/XQzObt
            ZQLbj36kB1igMyOlCU6jUzBRMB0GA1UdDgQWBBRb7AnHkpsx7fpFnkEJq57Z8LnW
            ODAfBgNVHSMEGDAWgBRb7AnHkpsx7fpFnkEJq57Z8LnWODAPBgNVHRMBAf8EBTAD
            AQH/MAoGCCqGSM49BAMCA0gAMEUCIQCi1EMjJE7/TrTKcIBG0vR7sXBRCGfx5T3M
            Ww6z4G6UUQIgKy3b5+9jOM41wnzSRUndowRQwZfwCSDEuRymgA2rB2c=
            -----END CERTIFICATE-----
            """;
    private static final String FINGERPRINT = "0a7e964e6d50c5c89c5ca4784d824b4702d864168f70607948252e9c16b93e30";

    @TempDir
    Path folder;

    private FakeApiServer server;
    private String kubeconfig;

    @BeforeEach
    void start() throws IOException {
        server = new FakeApiServer();
        kubeconfig = server.kubeconfig(folder).toString();
        introduce("east", "192.0.2.1:30443");
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private void introduce(String cluster, String address) throws IOException {
        ObjectNode trust = new ObjectMapper().createObjectNode();
        trust.putObject("data").put("roots.pem", ROOT).put("trustDomain", cluster + ".vl3mesh.internal");
        server.put("/api/v1/namespaces/vl3mesh-system/configmaps/vl3mesh-trust", trust.toString());
        server.put(
                "/api/v1/namespaces/vl3mesh-system/configmaps/vl3mesh-link",
                "{\"data\":{\"cluster\":\"" + cluster + "\",\"address\":\"" + address + "\"}}");
    }

    private Ran run(String... arguments) {
        String[] all = new String[arguments.length + 2];
        System.arraycopy(arguments, 0, all, 0, arguments.length);
        all[arguments.length] = "--kubeconfig";
        all[arguments.length + 1] = kubeconfig;
        return Ran.of(all);
    }

    private static InvitationToken token() {
        return new InvitationToken(
                "home", "home.vl3mesh.internal", "192.0.2.9:30443", FINGERPRINT, "west-1", "0".repeat(32));
    }

    /// What the control plane would say about a link.
    private void linkBecomes(String status) throws IOException {
        ObjectNode answer = (ObjectNode) new ObjectMapper().readTree(status);
        server.onCreate((path, made) -> {
            if (path.contains("/links/")) {
                made.set("status", answer);
            }
        });
    }

    private static String status(boolean connected, String reason, String message) {
        return "{\"connected\":" + connected + ",\"conditions\":[{\"type\":\"Ready\",\"status\":\""
                + (connected ? "True" : "False") + "\",\"reason\":\"" + reason + "\",\"message\":\"" + message
                + "\",\"lastTransitionTime\":\"2026-11-24T12:00:00Z\"}]}";
    }

    @Test
    void invitePrintsOneLineAndKeepsOnlyTheHashOfTheSecret() throws Exception {
        Ran ran = run("invite", "--for", "west", "--ttl", "2h");
        assertThat(ran.exitCode()).as(ran.err()).isZero();
        assertThat(ran.out().lines()).hasSize(1);
        InvitationToken token = InvitationToken.parse(ran.out());
        assertThat(token.home()).isEqualTo("east");
        assertThat(token.address()).isEqualTo("192.0.2.1:30443");
        assertThat(token.fingerprint()).isEqualTo(FINGERPRINT);
        ObjectNode kept = server.get(GROUP + "/invitations/" + token.name()).orElseThrow();
        assertThat(kept.at("/spec/expiresAt").asText()).isEqualTo("2026-11-24T14:00:00Z");
        assertThat(kept.at("/spec/cluster").asText()).isEqualTo("west");
        assertThat(kept.at("/spec/secretHash").asText())
                .isEqualTo(HexFormat.of()
                        .formatHex(MessageDigest.getInstance("SHA-256").digest(token.secretBytes())));
        assertThat(kept.toString()).doesNotContain(token.secret());
    }

    @Test
    void inviteAsJsonHoldsTheTextToo() throws IOException {
        Ran ran = run("invite", "-o", "json");
        assertThat(InvitationToken.parse(new ObjectMapper()
                                .readTree(ran.out())
                                .get("invitation")
                                .asText())
                        .home())
                .isEqualTo("east");
    }

    @Test
    void inviteRefusesWhatCouldNeverWork() throws IOException {
        assertThat(run("invite", "--for", "east").err()).contains("that is this cluster itself");
        assertThat(run("invite", "--for", "No Name").err()).contains("'No Name' is not a DNS label");
        assertThat(run("invite", "--ttl", "90d").err()).contains("--ttl 90d is not between 1s and 30d");
        assertThat(run("invite", "--domain", "red").err()).contains("cluster east has no such domain; it has none");
        server.put(
                GROUP + "/domains/blue",
                "{\"metadata\":{\"name\":\"blue\",\"labels\":{\"vl3mesh.dev/home\":\"far\"}},\"spec\":{\"prefixes\":[]}}");
        assertThat(run("invite", "--domain", "blue").err()).contains("its home is far");
        server.put(
                GROUP + "/links/west.member",
                "{\"metadata\":{\"name\":\"west.member\"},\"spec\":{\"role\":\"Member\"}}");
        assertThat(run("invite", "--for", "west").err()).contains("is a member of east already");
        introduce("east", "");
        assertThat(run("invite").err()).contains("set link.address of the chart");
        assertThat(server.paths(GROUP + "/invitations/")).isEmpty();
    }

    @Test
    void joinWritesSecretAndLinkAndSaysWhenItStands() throws IOException {
        linkBecomes(status(true, "Ready", "the home answers"));
        Ran ran = run("join", token().text());
        assertThat(ran.exitCode()).as(ran.err()).isZero();
        assertThat(ran.out()).isEqualTo("east has joined home: the home answers\n");
        ObjectNode link = server.get(GROUP + "/links/home").orElseThrow();
        assertThat(link.at("/spec/role").asText()).isEqualTo("Home");
        assertThat(link.at("/spec/address").asText()).isEqualTo("192.0.2.9:30443");
        String secret = link.at("/spec/invitationSecret").asText();
        assertThat(server.get(SECRETS + secret)
                        .orElseThrow()
                        .at("/stringData/invitation")
                        .asText())
                .isEqualTo(token().text());
    }

    @Test
    void aRefusedJoinSaysWhyAndLeavesNothing() throws IOException {
        linkBecomes(status(false, "Refused", "the invitation expired at noon: ask for another"));
        Ran ran = run("join", token().text());
        assertThat(ran.exitCode()).isEqualTo(1);
        assertThat(ran.err())
                .isEqualTo(
                        "vl3ctl: east has not joined home at 192.0.2.9:30443: the invitation expired at noon: ask for"
                                + " another\n");
        assertThat(server.paths(GROUP + "/links/")).isEmpty();
        assertThat(server.paths(SECRETS)).isEmpty();
    }

    @Test
    void aHomeThatDoesNotAnswerIsWaitedFor() throws IOException {
        linkBecomes(status(false, "Unreachable", "nobody answers at 192.0.2.9:30443 (no route)"));
        Ran ran = run("join", token().text(), "--timeout", "400ms");
        assertThat(ran.exitCode()).isEqualTo(1);
        assertThat(ran.err())
                .contains("waiting: nobody answers at 192.0.2.9:30443 (no route)\n")
                .contains("for 400ms; can the nodes of east reach that address and port?");
        assertThat(server.paths(GROUP + "/links/")).isEmpty();
    }

    @Test
    void joinTouchesNothingOfALinkThatStands() {
        server.put(GROUP + "/links/home", "{\"metadata\":{\"name\":\"home\"},\"spec\":{\"role\":\"Home\"}}");
        server.put(SECRETS + "vl3mesh-link-home", "{\"metadata\":{\"name\":\"vl3mesh-link-home\"}}");
        Ran ran = run("join", token().text());
        assertThat(ran.exitCode()).isEqualTo(1);
        assertThat(ran.err()).contains("has joined home before; the invitation was not used");
        assertThat(server.paths(SECRETS)).containsExactly(SECRETS + "vl3mesh-link-home");
    }

    @Test
    void damagedTextsAndOnesOwnInvitationAreRefused() {
        assertThat(run("join", "hello").err()).contains("this is no invitation");
        String text = token().text();
        assertThat(run("join", text.substring(0, text.length() - 3)).err()).contains("copy all of it again");
        String own = run("invite").out().strip();
        assertThat(run("join", own).err()).contains("this invitation was made by east itself");
    }

    @Test
    void leaveOfAClusterWithoutAHomeIsDoneAtOnce() {
        Ran ran = run("leave");
        assertThat(ran.exitCode()).isZero();
        assertThat(ran.out()).isEqualTo("east is a member of no home: there is nothing to leave\n");
        assertThat(run("leave", "far").err()).contains("east is not a member of far; it has no home");
    }

    @Test
    void leaveIsRefusedWhilePodsAreAttached() {
        server.put(GROUP + "/links/home", "{\"metadata\":{\"name\":\"home\"},\"spec\":{\"role\":\"Home\"}}");
        server.put(
                GROUP + "/domains/red",
                "{\"metadata\":{\"name\":\"red\",\"labels\":{\"vl3mesh.dev/home\":\"home\"}},\"spec\":{\"prefixes\":[]}}");
        server.put(
                GROUP + "/attachments/red.172-16-0-9",
                "{\"metadata\":{\"name\":\"red.172-16-0-9\"},\"spec\":{\"domain\":\"red\",\"addresses\":[\"172.16.0.9\"],"
                        + "\"namespace\":\"shop\",\"claimHash\":\"\"},\"status\":{\"pod\":\"web-0\"}}");
        Ran ran = run("leave");
        assertThat(ran.exitCode()).isEqualTo(1);
        assertThat(ran.err()).contains("a pod is attached to domains of home: shop/web-0.");
        assertThat(server.paths(GROUP + "/links/")).hasSize(1);
    }

    @Test
    void addressesThatAreKeptForASuccessorKeepNobodyFromLeaving() {
        server.put(GROUP + "/links/home", "{\"metadata\":{\"name\":\"home\"},\"spec\":{\"role\":\"Home\"}}");
        server.put(
                GROUP + "/domains/red",
                "{\"metadata\":{\"name\":\"red\",\"labels\":{\"vl3mesh.dev/home\":\"home\"}},\"spec\":{\"prefixes\":[]}}");
        String kept = "{\"metadata\":{\"name\":\"red.172-16-0-9\",\"generation\":%d},\"spec\":{\"domain\":\"red\","
                + "\"addresses\":[\"172.16.0.9\"],\"namespace\":\"shop\",\"claimHash\":\"\",\"identity\":\"shop/web-0\"},"
                + "\"status\":{\"pod\":\"web-0\",\"observedGeneration\":1,\"releasedAt\":\"2026-01-01T00:00:00Z\"}}";
        server.put(GROUP + "/attachments/red.172-16-0-9", kept.formatted(2));
        assertThat(run("leave").err()).contains("a pod is attached to domains of home: shop/web-0.");
        server.put(GROUP + "/attachments/red.172-16-0-9", kept.formatted(1));
        Ran ran = run("leave");
        assertThat(ran.exitCode()).as(ran.err()).isZero();
        assertThat(ran.out()).isEqualTo("east has left home\n");
    }

    @Test
    void leaveSaysWhatItWaitsFor() throws IOException {
        ObjectNode link = (ObjectNode)
                new ObjectMapper().readTree("{\"metadata\":{\"name\":\"home\"},\"spec\":{\"role\":\"Home\"}}");
        link.set(
                "status", new ObjectMapper().readTree(status(false, "Leaving", "home home does not answer (refused)")));
        server.put(GROUP + "/links/home", link.toString());
        server.keep(GROUP + "/links/home");
        Ran ran = run("leave", "--timeout", "400ms");
        assertThat(ran.exitCode()).isEqualTo(1);
        assertThat(ran.err())
                .contains("waiting: home home does not answer (refused)")
                .contains("has not left home within 400ms, and goes on trying")
                .contains("vl3ctl leave --forget");
    }
}
