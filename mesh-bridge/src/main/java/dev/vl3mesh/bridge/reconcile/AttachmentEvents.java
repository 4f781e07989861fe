package dev.vl3mesh.bridge.reconcile;

import dev.vl3mesh.api.v1alpha1.Attachment;
import dev.vl3mesh.api.v1alpha1.AttachmentStatus;
import dev.vl3mesh.api.v1alpha1.Condition;
import java.util.List;
import java.util.Optional;

/// Tells people of an attachment's turns: only when a condition changes, so that nothing is told twice.
final class AttachmentEvents {
    private AttachmentEvents() {}

    static void tell(ClusterWriter writer, Attachment before, AttachmentStatus now) {
        List<Condition> old =
                before.getStatus() == null ? List.of() : before.getStatus().conditions();
        Optional<Condition> was = Condition.of(old, AttachmentDecision.ATTACHED);
        Condition.of(now.conditions(), AttachmentDecision.ATTACHED)
                .filter(c -> was.isEmpty()
                        || !was.get().reason().equals(c.reason())
                        || (c.reason().equals("AttachFailed")
                                && !was.get().message().equals(c.message())))
                .ifPresent(c -> {
                    switch (c.reason()) {
                        case "Attached" ->
                            writer.event(
                                    before,
                                    false,
                                    c.reason(),
                                    "pod " + before.getSpec().namespace() + "/" + now.pod() + " on node " + now.node()
                                            + " is in domain "
                                            + before.getSpec().domain() + " with "
                                            + String.join(
                                                    " and ", before.getSpec().addresses()));
                        case "AttachFailed", "NodeSilent" -> writer.event(before, true, c.reason(), c.message());
                        case "Released" -> writer.event(before, false, c.reason(), c.message());
                        default -> {
                            // on the way, told by status alone
                        }
                    }
                });
    }
}
