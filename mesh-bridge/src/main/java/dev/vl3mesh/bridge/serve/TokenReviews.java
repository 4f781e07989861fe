package dev.vl3mesh.bridge.serve;

import dev.vl3mesh.xds.server.ControlHandlers.Refusal;
import io.fabric8.kubernetes.api.model.authentication.TokenReview;
import io.fabric8.kubernetes.api.model.authentication.TokenReviewBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/// Asks this cluster's API server whose a projected token is.
final class TokenReviews {
    private static final String NODE_NAME = "authentication.kubernetes.io/node-name";
    private static final String POD_UID = "authentication.kubernetes.io/pod-uid";

    private final KubernetesClient client;

    TokenReviews(KubernetesClient client) {
        this.client = client;
    }

    /// Whose a token is.
    ///
    /// @param account such as `system:serviceaccount:prod:web`
    /// @param node that the token's pod runs on
    /// @param podUid of the pod that the token is bound to
    record Bearer(String account, Optional<String> node, Optional<String> podUid) {}

    /// Finds out.
    ///
    /// @throws Refusal if the token is not valid, or for others
    Bearer review(String token, String audience) {
        TokenReview review = client.resource(new TokenReviewBuilder()
                        .withNewSpec()
                        .withToken(token)
                        .withAudiences(audience)
                        .endSpec()
                        .build())
                .create();
        var status = review.getStatus();
        if (!Boolean.TRUE.equals(status.getAuthenticated())
                || !status.getAudiences().contains(audience)) {
            throw new Refusal("the token is not valid for the audience " + audience);
        }
        Map<String, List<String>> extra =
                Objects.requireNonNullElse(status.getUser().getExtra(), Map.<String, List<String>>of());
        return new Bearer(status.getUser().getUsername(), only(extra, NODE_NAME), only(extra, POD_UID));
    }

    private static Optional<String> only(Map<String, List<String>> extra, String key) {
        List<String> values = extra.getOrDefault(key, List.of());
        return values.size() == 1 ? Optional.of(values.getFirst()) : Optional.empty();
    }
}
