package dev.vl3mesh.ctl.envoy;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Judges by the rules that Istio's AuthorizationPolicies have become in a sidecar who may call: Envoy's role based
/// access control, of which a caller's identity and the port are known here, and what a request says is not.
///
/// See envoyproxy.io/docs/envoy/latest/api-v3/config/rbac/v3/rbac.proto
public final class Rights {
    /// Istio's name of a rule.
    private static final Pattern RULE = Pattern.compile("ns\\[(.*)]-policy\\[(.*)]-rule\\[\\d+]");

    private static final String MATCHES = "the request";

    /// Whether a caller may call.
    public enum Verdict {
        /// Whatever it asks for.
        ALLOWED,
        /// Whatever it asks for.
        DENIED,
        /// On what it asks for.
        DEPENDS
    }

    /// What is judged.
    ///
    /// @param because of which policies, a phrase
    public record Judgement(Verdict verdict, String because) {}

    private enum Match {
        NO,
        MAYBE,
        YES
    }

    private final String caller;
    private final int port;

    private Rights(String caller, int port) {
        this.caller = caller;
        this.port = port;
    }

    /// Judges.
    ///
    /// @param chain of filters, of the port
    /// @param caller SPIFFE id; empty for one that shows no certificate
    public static Judgement of(JsonNode chain, String caller, int port) {
        return new Rights(caller, port).judge(chain);
    }

    private Judgement judge(JsonNode chain) {
        List<String> depends = new ArrayList<>();
        for (JsonNode rules : rules(chain)) {
            boolean deny = rules.path("action").asText().equals("DENY");
            List<String> yes = new ArrayList<>();
            List<String> maybe = new ArrayList<>();
            List<String> all = new ArrayList<>();
            for (Map.Entry<String, JsonNode> policy : rules.path("policies").properties()) {
                String name = name(policy.getKey());
                all.add(name);
                switch (matches(policy.getValue())) {
                    case YES -> yes.add(name);
                    case MAYBE -> maybe.add(name);
                    case NO -> {
                        // says nothing
                    }
                }
            }
            if (deny && !yes.isEmpty()) {
                return new Judgement(Verdict.DENIED, "denied by " + words(yes));
            }
            if (!deny && yes.isEmpty() && maybe.isEmpty()) {
                return new Judgement(
                        Verdict.DENIED,
                        all.isEmpty() ? "nobody is allowed" : "not among those that " + words(all) + " allows");
            }
            if (deny ? !maybe.isEmpty() : yes.isEmpty()) {
                depends.addAll(maybe);
            }
        }
        return depends.isEmpty()
                ? new Judgement(Verdict.ALLOWED, "no policy is against it")
                : new Judgement(Verdict.DEPENDS, "by " + words(depends) + " it depends on " + MATCHES);
    }

    private static List<JsonNode> rules(JsonNode chain) {
        List<JsonNode> rules = new ArrayList<>();
        for (JsonNode filter : chain.path("filters")) {
            JsonNode config = filter.path("typed_config");
            add(config, rules);
            for (JsonNode http : config.path("http_filters")) {
                add(http.path("typed_config"), rules);
            }
        }
        return rules;
    }

    private static void add(JsonNode filter, List<JsonNode> rules) {
        String action = filter.path("rules").path("action").asText();
        if (filter.path("@type").asText().endsWith("rbac.v3.RBAC") && filter.has("rules") && !action.equals("LOG")) {
            rules.add(filter.path("rules"));
        }
    }

    private Match matches(JsonNode policy) {
        return and(any(policy.path("permissions")), any(policy.path("principals")));
    }

    private Match any(JsonNode alternatives) {
        Match found = Match.NO;
        for (JsonNode one : alternatives) {
            Match match = one(one);
            found = match.compareTo(found) > 0 ? match : found;
        }
        return found;
    }

    private Match all(JsonNode conditions) {
        Match found = Match.YES;
        for (JsonNode one : conditions) {
            found = and(found, one(one));
        }
        return found;
    }

    private static Match and(Match one, Match other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    /// A permission or a principal: their words differ where their meaning does.
    private Match one(JsonNode node) {
        Map.Entry<String, JsonNode> word =
                node.properties().stream().findFirst().orElse(null);
        if (word == null) {
            return Match.MAYBE;
        }
        JsonNode value = word.getValue();
        return switch (word.getKey()) {
            case "any" -> Match.YES;
            case "and_rules" -> all(value.path("rules"));
            case "or_rules" -> any(value.path("rules"));
            case "and_ids" -> all(value.path("ids"));
            case "or_ids" -> any(value.path("ids"));
            case "not_rule", "not_id" -> not(one(value));
            case "destination_port" -> value.asInt() == port ? Match.YES : Match.NO;
            case "authenticated" -> authenticated(value.path("principal_name"));
            case "filter_state" ->
                value.path("key").asText().equals("io.istio.peer_principal")
                        ? authenticated(value.path("string_match"))
                        : Match.MAYBE;
            default -> Match.MAYBE;
        };
    }

    private static Match not(Match match) {
        return switch (match) {
            case YES -> Match.NO;
            case NO -> Match.YES;
            case MAYBE -> Match.MAYBE;
        };
    }

    private Match authenticated(JsonNode matcher) {
        if (caller.isEmpty()) {
            return Match.NO;
        }
        if (matcher.isMissingNode() || matcher.isEmpty()) {
            return Match.YES;
        }
        Map.Entry<String, JsonNode> word =
                matcher.properties().stream().findFirst().orElseThrow();
        String text = word.getValue().asText();
        return switch (word.getKey()) {
            case "exact" -> of(caller.equals(text));
            case "prefix" -> of(caller.startsWith(text));
            case "suffix" -> of(caller.endsWith(text));
            case "contains" -> of(caller.contains(text));
            case "safe_regex" -> of(caller.matches(word.getValue().path("regex").asText()));
            default -> Match.MAYBE;
        };
    }

    private static Match of(boolean yes) {
        return yes ? Match.YES : Match.NO;
    }

    private static String name(String rule) {
        Matcher matcher = RULE.matcher(rule);
        return matcher.matches() ? "AuthorizationPolicy " + matcher.group(1) + "/" + matcher.group(2) : rule;
    }

    private static String words(List<String> names) {
        return String.join(", ", names.stream().distinct().sorted().toList());
    }
}
