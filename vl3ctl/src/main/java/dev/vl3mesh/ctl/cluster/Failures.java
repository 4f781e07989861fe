package dev.vl3mesh.ctl.cluster;

import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.HttpURLConnection;
import java.net.UnknownHostException;
import java.net.http.HttpTimeoutException;

/// Says what went wrong in words that help.
public final class Failures {
    private Failures() {}

    /// One sentence or two: what failed, on what, why, what to do.
    public static String explain(Throwable failure) {
        return switch (failure) {
            case CtlException known -> String.valueOf(known.getMessage());
            case KubernetesClientException answered -> explain(answered);
            case IllegalArgumentException wrong when wrong.getMessage() != null -> wrong.getMessage();
            default -> "unexpected: " + failure + "; --verbose shows where it comes from";
        };
    }

    private static String explain(KubernetesClientException failure) {
        if (failure.getStatus() == null) { // nobody answered
            return "the API server can't be reached: " + cause(failure)
                    + "; is it up, and is this the right --context?";
        }
        String words = failure.getStatus().getMessage();
        String message = words == null ? String.valueOf(failure.getMessage()) : words;
        return switch (failure.getCode()) {
            case HttpURLConnection.HTTP_UNAUTHORIZED ->
                "the API server does not accept the credentials of this context: " + message
                        + "; take another one with --context";
            case HttpURLConnection.HTTP_FORBIDDEN ->
                "you are not allowed to do that: " + message + "; ask an administrator of the cluster for this right";
            case HttpURLConnection.HTTP_NOT_FOUND ->
                message.contains("requested resource")
                        ? "the API server does not know vl3mesh's resources: install the chart, which brings them, or"
                                + " take another cluster with --context"
                        : "the API server answers: " + message;
            default -> "the API server answers: " + message;
        };
    }

    private static String cause(Throwable failure) {
        Throwable last = failure;
        for (Throwable at = failure; at != null; at = at.getCause()) {
            if (at instanceof IOException) {
                last = at;
            }
        }
        return switch (last) {
            case UnknownHostException host -> "unknown host " + host.getMessage();
            case HttpTimeoutException _ -> "no answer in time";
            case ConnectException _ -> "connection refused or no route";
            default -> String.valueOf(last.getMessage());
        };
    }
}
