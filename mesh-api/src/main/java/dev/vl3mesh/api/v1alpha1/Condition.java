package dev.vl3mesh.api.v1alpha1;

import io.fabric8.generator.annotation.Required;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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
    /// The condition that is true exactly when all others are, [#ENCRYPTED] apart.
    public static final String READY = "Ready";
    /// Of a domain. False is no fault where the domain asks for a plain carrier, so [#READY] leaves it out: a plain
    /// carrier where an encrypted one is asked for is refused by the condition Accepted.
    public static final String ENCRYPTED = "Encrypted";

    /// Returns the conditions with [#READY] as it follows from the others; its reason and message are those of the
    /// first that does not hold.
    ///
    /// @param message where all others hold
    /// @param now RFC 3339
    public static List<Condition> withReady(List<Condition> conditions, long generation, String message, String now) {
        for (Condition condition : conditions) {
            boolean counts = !condition.type.equals(READY) && !condition.type.equals(ENCRYPTED);
            if (counts && !condition.status.equals("True")) {
                return with(
                        conditions,
                        READY,
                        condition.status.equals("Unknown") ? "Unknown" : "False",
                        generation,
                        condition.reason,
                        condition.message,
                        now);
            }
        }
        return with(conditions, READY, true, generation, "Ready", message, now);
    }

    /// Returns the same conditions in the order that setting one of them as it is would give.
    public static List<Condition> keeping(List<Condition> conditions, String type) {
        List<Condition> result = new ArrayList<>(conditions);
        result.removeIf(c -> c.type.equals(type));
        of(conditions, type).ifPresent(result::add);
        return List.copyOf(result);
    }

    /// The condition of a type, if it is among these.
    public static Optional<Condition> of(List<Condition> conditions, String type) {
        return conditions.stream().filter(c -> c.type.equals(type)).findFirst();
    }

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
        return with(conditions, type, holds ? "True" : "False", generation, reason, message, now);
    }

    /// Returns the conditions with one of them set to `True`, `False` or `Unknown`.
    ///
    /// @param now RFC 3339
    public static List<Condition> with(
            List<Condition> conditions,
            String type,
            String status,
            long generation,
            String reason,
            String message,
            String now) {
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
