package dev.vl3mesh.api.v1alpha1;

import io.fabric8.crd.generator.annotation.PrinterColumn;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What was last seen of a link.
///
/// @param connected whether the stream is open
/// @param lastSeen RFC 3339; when something last arrived
public record LinkStatus(
        @Nullable Long observedGeneration,
        @Nullable @PrinterColumn(name = "CONNECTED") Boolean connected,
        @Nullable @PrinterColumn(name = "LAST SEEN") String lastSeen,
        List<Condition> conditions) {
    /// Fills in what may be absent.
    @SuppressWarnings("NullAway") // Jackson passes null for what is absent
    public LinkStatus {
        conditions = conditions == null ? List.of() : List.copyOf(conditions);
    }
}
