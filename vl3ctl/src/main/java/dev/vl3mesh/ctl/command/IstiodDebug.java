package dev.vl3mesh.ctl.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.vl3mesh.ctl.cluster.CtlException;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.ExecWatch;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Asks an istiod what it knows of its sidecars, as istioctl does: by its own program in its own pod.
final class IstiodDebug {
    private static final String CONTAINER = "discovery";
    private static final long TIMEOUT_SECONDS = 30;

    private IstiodDebug() {}

    /// What each connected sidecar was sent and has taken.
    ///
    /// @throws CtlException if istiod does not answer
    static JsonNode syncz(KubernetesClient client, Pod pod) {
        String where =
                pod.getMetadata().getNamespace() + "/" + pod.getMetadata().getName();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ExecWatch watch = client.pods()
                .inNamespace(pod.getMetadata().getNamespace())
                .withName(pod.getMetadata().getName())
                .inContainer(CONTAINER)
                .writingOutput(out)
                .exec("pilot-discovery", "request", "GET", "/debug/syncz")) {
            int code = watch.exitCode().get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
            if (code != 0) {
                throw new CtlException("asking " + where + " for its sidecars: exit code " + code);
            }
            return read(out.toString(StandardCharsets.UTF_8));
        } catch (ExecutionException | KubernetesClientException | IOException e) {
            throw new CtlException("asking " + where + " for its sidecars: " + e.getMessage(), e);
        } catch (TimeoutException e) {
            throw new CtlException(where + " has not told its sidecars within " + TIMEOUT_SECONDS + " s", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CtlException("interrupted", e);
        }
    }

    /// Reads the answer; the program may say something of itself before.
    static JsonNode read(String output) throws IOException {
        int start = output.indexOf("[{");
        return new ObjectMapper().readTree(start < 0 ? "[]" : output.substring(start));
    }

    /// Whether a sidecar has not acknowledged the last of what it was sent, of any type: `<type>_sent` and
    /// `<type>_acked`.
    static boolean isBehind(JsonNode proxy) {
        Iterator<String> names = proxy.fieldNames();
        while (names.hasNext()) {
            String name = names.next();
            if (name.endsWith("_sent")) {
                String acked = name.substring(0, name.length() - "_sent".length()) + "_acked";
                if (!proxy.path(name).asText().equals(proxy.path(acked).asText())) {
                    return true;
                }
            }
        }
        return false;
    }
}
