package dev.vl3mesh.bridge.watch;

import dev.vl3mesh.identity.Pem;
import dev.vl3mesh.model.join.Labels;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/// The claims that tie pods to attachments.
public final class Claims {
    private Claims() {}

    /// Returns the hexadecimal SHA-256 of the claim that an object shows; empty where it shows none.
    public static String hashOf(HasMetadata pod) {
        Map<String, String> annotations = pod.getMetadata().getAnnotations();
        String claim = annotations == null ? null : annotations.get(Labels.CLAIM);
        return claim == null ? "" : hash(claim);
    }

    /// Returns the hexadecimal SHA-256 of a claim.
    public static String hash(String claim) {
        return Pem.sha256(claim.getBytes(StandardCharsets.UTF_8));
    }
}
