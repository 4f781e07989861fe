package dev.vl3mesh.bridge.link;

import dev.vl3mesh.api.v1alpha1.Condition;
import dev.vl3mesh.api.v1alpha1.Link;
import dev.vl3mesh.api.v1alpha1.LinkStatus;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.grpc.StatusRuntimeException;
import java.net.HttpURLConnection;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/// What is known of a link to a home, written into its Link's status.
///
/// @param connected whether the streams are open
/// @param reason of the condition Connected
/// @param leaseProblem why no further addresses could be leased
record LinkReport(boolean connected, String reason, String message, Optional<String> leaseProblem) {
    private static final Duration SEEN_EVERY = Duration.ofSeconds(30);
    private static final String CONNECTED = "Connected";
    private static final String LEASED = "Leased";

    static LinkReport open(String home, boolean connected, Optional<String> leaseProblem) {
        return connected
                ? new LinkReport(true, "Open", "the home answers", leaseProblem)
                : new LinkReport(
                        false, "Away", "home " + home + " does not answer; what is leased goes on", leaseProblem);
    }

    /// The link does not stand, and why.
    static LinkReport failed(Link link, RuntimeException failure) {
        String address = String.valueOf(link.getSpec().address());
        if (!(failure instanceof StatusRuntimeException call)) {
            return closed("Refused", String.valueOf(failure.getMessage()));
        }
        return switch (call.getStatus().getCode()) {
            case UNAVAILABLE, DEADLINE_EXCEEDED ->
                stranger(call)
                        ? closed(
                                "Refused",
                                "who answers at " + address + " is not the home that made the invitation: " + why(call))
                        : closed("Unreachable", "nobody answers at " + address + " (" + why(call) + ")");
            default -> closed("Refused", why(call));
        };
    }

    /// The link is being left, and what that waits for.
    static LinkReport leaving(String message) {
        return closed("Leaving", message);
    }

    private static LinkReport closed(String reason, String message) {
        return new LinkReport(false, reason, message, Optional.empty());
    }

    private static boolean stranger(Throwable failure) {
        for (@Nullable Throwable at = failure; at != null; at = at.getCause()) {
            if (at instanceof SSLException) {
                return true;
            }
        }
        return false;
    }

    /// The home's own words, or those of the innermost cause.
    static String why(StatusRuntimeException failure) {
        @Nullable String words = failure.getStatus().getDescription();
        if (words == null) {
            words = failure.getStatus().getCode().name();
        }
        for (@Nullable Throwable at = failure.getCause(); at != null; at = at.getCause()) {
            words = String.valueOf(at.getMessage());
        }
        return words;
    }

    /// Writes it unless the status says the same already.
    void write(KubernetesClient client, Link link, Instant now) {
        @Nullable LinkStatus old = link.getStatus();
        List<Condition> before = old == null ? List.of() : old.conditions();
        List<Condition> after = conditions(before, link.getMetadata().getGeneration(), now.toString());
        boolean fresh = old != null
                && old.lastSeen() != null
                && Instant.parse(old.lastSeen()).plus(SEEN_EVERY).isAfter(now);
        if (after.equals(before) && (fresh || !connected)) {
            return;
        }
        Link copy = new Link();
        copy.setMetadata(link.getMetadata());
        copy.setSpec(link.getSpec());
        copy.setStatus(new LinkStatus(
                link.getMetadata().getGeneration(),
                connected,
                connected ? now.toString() : old == null ? null : old.lastSeen(),
                after));
        try {
            client.resource(copy).updateStatus();
        } catch (KubernetesClientException e) {
            boolean outdated =
                    e.getCode() == HttpURLConnection.HTTP_CONFLICT || e.getCode() == HttpURLConnection.HTTP_NOT_FOUND;
            if (!outdated) { // the watch brings what it is now, and the next pass writes
                throw e;
            }
        }
    }

    private List<Condition> conditions(List<Condition> before, long generation, String now) {
        List<Condition> with = Condition.with(before, CONNECTED, connected, generation, reason, message, now);
        boolean leased = leaseProblem.isEmpty();
        with = Condition.with(
                with,
                LEASED,
                leased,
                generation,
                leased ? "Enough" : "Refused",
                leaseProblem.orElse("addresses are leased ahead in every domain"),
                now);
        return Condition.with(
                with,
                Condition.READY,
                connected && leased,
                generation,
                connected ? leased ? "Ready" : "NotLeased" : reason,
                connected ? leaseProblem.orElse(message) : message,
                now);
    }
}
