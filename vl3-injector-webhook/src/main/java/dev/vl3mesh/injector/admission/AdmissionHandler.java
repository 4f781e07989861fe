package dev.vl3mesh.injector.admission;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import dev.vl3mesh.api.v1alpha1.Domain;
import dev.vl3mesh.metrics.Durations;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One admission endpoint: an AdmissionReview (admission.k8s.io/v1) in, its answer out.
///
/// @param <T> the kind of object that is reviewed
public final class AdmissionHandler<T extends HasMetadata> implements HttpHandler {
    private static final Logger LOG = LoggerFactory.getLogger(AdmissionHandler.class);
    private static final String NO_REVIEW = "the body is no AdmissionReview of admission.k8s.io/v1\n";
    /// The API server takes objects of 3 MiB at most; a review has two of them.
    private static final int BODY_BYTES_MAX = 8 << 20;

    private final String name;
    private final Class<T> type;
    private final Function<Review<T>, Verdict> decision;
    private final Durations admissions;
    // what a newer API server says beyond our model is nothing that we decide on
    private final ObjectMapper json =
            new ObjectMapper().configure(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES, false);

    private AdmissionHandler(String name, Class<T> type, Function<Review<T>, Verdict> decision, Durations admissions) {
        this.name = name;
        this.type = type;
        this.decision = decision;
        this.admissions = admissions;
    }

    /// The endpoint that changes pods.
    public static AdmissionHandler<?> of(PodAdmission admission, Durations admissions) {
        return new AdmissionHandler<>("mutate", Pod.class, admission::admit, admissions);
    }

    /// The endpoint that checks pods.
    public static AdmissionHandler<?> of(PodValidation validation, Durations admissions) {
        return new AdmissionHandler<>("validate", Pod.class, validation::validate, admissions);
    }

    /// The endpoint that checks domains.
    public static AdmissionHandler<?> of(DomainValidation validation, Durations admissions) {
        return new AdmissionHandler<>("validate-domain", Domain.class, validation::validate, admissions);
    }

    @Override
    public void handle(HttpExchange exchange) throws IOException {
        long start = System.nanoTime();
        String outcome = "failed";
        try (exchange) {
            byte[] body = exchange.getRequestBody().readNBytes(BODY_BYTES_MAX + 1);
            if (body.length > BODY_BYTES_MAX) {
                answer(exchange, HttpURLConnection.HTTP_ENTITY_TOO_LARGE, "the review is larger than 8 MiB\n");
                return;
            }
            JsonNode request;
            Review<T> review;
            try {
                request = json.readTree(body).path("request");
                review = review(request);
            } catch (JsonProcessingException | IllegalArgumentException e) {
                answer(exchange, HttpURLConnection.HTTP_BAD_REQUEST, NO_REVIEW);
                return;
            }
            Verdict verdict;
            try {
                verdict = decide(review);
            } catch (RuntimeException e) {
                LOG.error("{}: in namespace {}", name, review.namespace(), e);
                answer(exchange, HttpURLConnection.HTTP_INTERNAL_ERROR, "vl3mesh has failed, its log says where\n");
                return;
            }
            outcome = switch (verdict) {
                case Verdict.Refused _ -> "refused";
                case Verdict.Admitted admitted -> admitted.patch() == null ? "unchanged" : "changed";
            };
            answer(
                    exchange,
                    200,
                    json.writeValueAsBytes(answer(request.path("uid").asText(), verdict)));
        } finally {
            admissions.record(Duration.ofNanos(System.nanoTime() - start), name, outcome);
        }
    }

    private Review<T> review(JsonNode request) throws JsonProcessingException {
        @Nullable T object = object(request.path("object"));
        if (object == null
                || object.getMetadata() == null
                || (object instanceof Pod pod && pod.getSpec() == null)
                || (object instanceof Domain domain && domain.getSpec() == null)) {
            throw new IllegalArgumentException("no object");
        }
        return new Review<>(
                request.path("namespace").asText(),
                object,
                object(request.path("oldObject")),
                request.path("dryRun").asBoolean());
    }

    private @Nullable T object(JsonNode node) throws JsonProcessingException {
        return node.isObject() ? json.treeToValue(node, type) : null;
    }

    private Verdict decide(Review<T> review) {
        try {
            Verdict verdict = decision.apply(review);
            if (verdict instanceof Verdict.Refused(String reason)) {
                LOG.info("{}: refused in namespace {}: {}", name, review.namespace(), reason);
            }
            return verdict;
        } catch (KubernetesClientException e) {
            LOG.warn("{}: the API server did not answer as expected: {}", name, e.getMessage());
            return new Verdict.Refused("vl3mesh could not reach what it needs, try again: " + e.getMessage());
        }
    }

    private ObjectNode answer(String uid, Verdict verdict) {
        ObjectNode review = json.createObjectNode();
        review.put("apiVersion", "admission.k8s.io/v1").put("kind", "AdmissionReview");
        ObjectNode response = review.putObject("response").put("uid", uid);
        switch (verdict) {
            case Verdict.Refused(String reason) ->
                response.put("allowed", false)
                        .putObject("status")
                        .put("code", 403)
                        .put("reason", "Forbidden")
                        .put("message", "vl3mesh: " + reason);
            case Verdict.Admitted(var patch, var warnings) -> {
                response.put("allowed", true);
                if (patch != null && !patch.isEmpty()) {
                    response.put("patchType", "JSONPatch")
                            .put(
                                    "patch",
                                    Base64.getEncoder()
                                            .encodeToString(patch.toString().getBytes(StandardCharsets.UTF_8)));
                }
                if (!warnings.isEmpty()) {
                    warnings.forEach(response.putArray("warnings")::add);
                }
            }
        }
        return review;
    }

    private static void answer(HttpExchange exchange, int code, String text) throws IOException {
        answer(exchange, code, text.getBytes(StandardCharsets.UTF_8));
    }

    private static void answer(HttpExchange exchange, int code, byte[] body) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", code == 200 ? "application/json" : "text/plain");
        exchange.sendResponseHeaders(code, body.length);
        try (OutputStream out = exchange.getResponseBody()) {
            out.write(body);
        }
    }
}
