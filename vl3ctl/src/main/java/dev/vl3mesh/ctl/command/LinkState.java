package dev.vl3mesh.ctl.command;

import dev.vl3mesh.api.v1alpha1.Condition;
import dev.vl3mesh.api.v1alpha1.Link;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What a link's status says, in the control plane's own words.
sealed interface LinkState {
    /// The control plane has not looked at it yet.
    record Unseen() implements LinkState {}

    /// The stream is open.
    record Connected(String message) implements LinkState {}

    /// The home said no; asking again does not help.
    record Refused(String message) implements LinkState {}

    /// It may still come: the home does not answer, say.
    record Pending(String message) implements LinkState {}

    static LinkState of(@Nullable Link link) {
        if (link == null || link.getStatus() == null) {
            return new Unseen();
        }
        Optional<Condition> ready = link.getStatus().conditions().stream()
                .filter(condition -> condition.type().equals(Condition.READY))
                .findFirst();
        if (ready.isEmpty()) {
            return new Unseen();
        }
        Condition condition = ready.get();
        if (Boolean.TRUE.equals(link.getStatus().connected())) {
            return new Connected(condition.message());
        }
        return condition.reason().equals("Refused")
                ? new Refused(condition.message())
                : new Pending(condition.message());
    }
}
