package dev.vl3mesh.injector.admission;

import com.fasterxml.jackson.databind.node.ArrayNode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What admission answers.
sealed interface Verdict {
    /// The object is admitted.
    ///
    /// @param patch a JSON patch (RFC 6902), or null for none
    /// @param warnings sentences for the user
    record Admitted(@Nullable ArrayNode patch, List<String> warnings) implements Verdict {}

    /// The object is refused.
    ///
    /// @param reason a sentence for the user: what, why, and what to do
    record Refused(String reason) implements Verdict {}

    /// Admitted as it is.
    static Verdict unchanged() {
        return new Admitted(null, List.of());
    }
}
