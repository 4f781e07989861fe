package dev.vl3mesh.api.v1alpha1;

import io.fabric8.generator.annotation.Required;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// An observed fact about a resource, in the form of Kubernetes' own conditions (`metav1.Condition`).
///
/// @param status `True`, `False` or `Unknown`
/// @param lastTransitionTime RFC 3339; when the status changed last, not the message
/// @param reason one word in CamelCase, for programs
/// @param message a sentence, for people: what, where, what to do
public record Condition(
        @Required String type,
        @Required String status,
        @Nullable Long observedGeneration,
        @Required String lastTransitionTime,
        @Required String reason,
        @Required String message) {
    /// The condition that is true exactly when all others are.
    public static final String READY = "Ready";

    /// Returns the conditions with one of them set; an unchanged status keeps its transition time.
    ///
    /// @param now RFC 3339
    public static List<Condition> with(
            List<Condition> conditions,
            String type,
            boolean holds,
            long generation,
            String reason,
            String message,
            String now) {
        String status = holds ? "True" : "False";
        List<Condition> result = new ArrayList<>(conditions.size() + 1);
        String since = now;
        for (Condition condition : conditions) {
            if (!condition.type.equals(type)) {
                result.add(condition);
            } else if (condition.status.equals(status)) {
                since = condition.lastTransitionTime;
            }
        }
        result.add(new Condition(type, status, generation, since, reason, message));
        return List.copyOf(result);
    }
}
