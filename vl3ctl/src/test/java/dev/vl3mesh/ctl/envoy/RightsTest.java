package dev.vl3mesh.ctl.envoy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.vl3mesh.ctl.envoy.Rights.Judgement;
import dev.vl3mesh.ctl.envoy.Rights.Verdict;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Rules as istiod writes them.
class RightsTest {
    private static final String WEB = "spiffe://red.vl3.internal/ns/shop/sa/web";
    private static final String ANY = "{\"any\": true}";

    private static String principal(String matcher) {
        return "{\"and_ids\": {\"ids\": [{\"or_ids\": {\"ids\": [{\"authenticated\": {\"principal_name\": " + matcher
                + "}}]}}]}}";
    }

    /// A filter of HTTP with one policy.
    private static String rbac(String action, String permission, String principal) {
        return """
                {"name": "envoy.filters.http.rbac", "typed_config": {
                  "@type": "type.googleapis.com/envoy.extensions.filters.http.rbac.v3.RBAC",
                  "rules": {%s"policies": {"ns[shop]-policy[mine]-rule[0]": {
                    "permissions": [{"and_rules": {"rules": [%s]}}], "principals": [%s]}}}}}
                """.formatted(action.isEmpty() ? "" : "\"action\": \"" + action + "\", ", permission, principal);
    }

    private static JsonNode chain(String... httpFilters) {
        return json("{\"filters\": [{\"name\": \"hcm\", \"typed_config\": {\"http_filters\": ["
                + String.join(",", httpFilters) + "]}}]}");
    }

    private static JsonNode json(String text) {
        try {
            return new ObjectMapper().readTree(text);
        } catch (JsonProcessingException e) {
            throw new AssertionError(text, e);
        }
    }

    @Test
    void withoutPoliciesEverybodyMay() {
        assertThat(Rights.of(chain(), WEB, 8080).verdict()).isEqualTo(Verdict.ALLOWED);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"exact\": \"spiffe://red.vl3.internal/ns/shop/sa/web\"} | ALLOWED",
                "{\"prefix\": \"spiffe://red.vl3.internal/\"} | ALLOWED",
                "{\"suffix\": \"/sa/web\"} | ALLOWED",
                "{\"safe_regex\": {\"regex\": \".*/ns/shop/.*\"}} | ALLOWED",
                "{\"exact\": \"spiffe://red.vl3.internal/ns/shop/sa/other\"} | DENIED",
                "{\"safe_regex\": {\"regex\": \".*/ns/garden/.*\"}} | DENIED",
                "{\"unheard_of\": \"x\"} | DEPENDS"
            })
    void whoIsAllowedIsToldByTheIdentity(String matcher, Verdict verdict) {
        assertThat(Rights.of(chain(rbac("", ANY, principal(matcher))), WEB, 8080)
                        .verdict())
                .isEqualTo(verdict);
    }

    @Test
    void whoShowsNoCertificateIsNobody() {
        JsonNode chain = chain(rbac("", ANY, principal("{\"prefix\": \"spiffe://\"}")));
        assertThat(Rights.of(chain, "", 8080))
                .isEqualTo(new Judgement(Verdict.DENIED, "not among those that AuthorizationPolicy shop/mine allows"));
    }

    @Test
    void aDenialCountsMoreThanAllowances() {
        JsonNode chain = chain(rbac("DENY", ANY, principal("{\"suffix\": \"/sa/web\"}")), rbac("", ANY, ANY));
        assertThat(Rights.of(chain, WEB, 8080))
                .isEqualTo(new Judgement(Verdict.DENIED, "denied by AuthorizationPolicy shop/mine"));
    }

    @Test
    void whatIsAskedForIsNotKnown() {
        String path = "{\"url_path\": {\"path\": {\"exact\": \"/debug\"}}}";
        assertThat(Rights.of(chain(rbac("DENY", path, ANY)), WEB, 8080).verdict())
                .isEqualTo(Verdict.DEPENDS);
        assertThat(Rights.of(chain(rbac("", path, ANY)), WEB, 8080).verdict()).isEqualTo(Verdict.DEPENDS);
        assertThat(Rights.of(chain(rbac("", path, principal("{\"exact\": \"spiffe://nobody\"}"))), WEB, 8080)
                        .verdict())
                .as("the path does not matter then")
                .isEqualTo(Verdict.DENIED);
    }

    @Test
    void portsAndNegationsAreRead() {
        String port = "{\"destination_port\": 8080}";
        assertThat(Rights.of(chain(rbac("DENY", port, ANY)), WEB, 8080).verdict())
                .isEqualTo(Verdict.DENIED);
        assertThat(Rights.of(chain(rbac("DENY", port, ANY)), WEB, 9090).verdict())
                .isEqualTo(Verdict.ALLOWED);
        String others = "{\"not_id\": " + principal("{\"exact\": \"" + WEB + "\"}") + "}";
        assertThat(Rights.of(chain(rbac("DENY", ANY, others)), WEB, 8080).verdict())
                .isEqualTo(Verdict.ALLOWED);
    }

    @Test
    void aTrialOfAPolicyDeniesNobody() {
        JsonNode chain = chain("""
                {"name": "envoy.filters.http.rbac", "typed_config": {
                  "@type": "type.googleapis.com/envoy.extensions.filters.http.rbac.v3.RBAC",
                  "shadow_rules": {"policies": {}}}}
                """);
        assertThat(Rights.of(chain, WEB, 8080).verdict()).isEqualTo(Verdict.ALLOWED);
    }

    @Test
    void portsAreToldByTheirChains() {
        Inbound inbound = Inbound.of(json("""
                {"configs": [
                  {"name": "virtualOutbound", "active_state": {"listener": {"filter_chains": [
                    {"filter_chain_match": {"destination_port": 1}}]}}},
                  {"name": "virtualInbound", "active_state": {"listener": {"filter_chains": [
                    {"name": "virtualInbound-blackhole", "filter_chain_match": {"destination_port": 15106}},
                    {"filter_chain_match": {"destination_port": 8080, "transport_protocol": "tls"}},
                    {"filter_chain_match": {"destination_port": 8080, "transport_protocol": "raw_buffer"}},
                    {"filter_chain_match": {"destination_port": 8078, "transport_protocol": "tls"}}]}}}]}
                """));
        assertThat(inbound.mutual()).containsOnlyKeys(8078, 8080);
        assertThat(inbound.plain()).containsOnlyKeys(8080);
    }
}
