package dev.vl3mesh.ctl.envoy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.vl3mesh.ctl.cluster.CtlException;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.LocalPortForward;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/// Asks a sidecar's Envoy at its administration, which listens on the pod's loopback, through the API server.
///
/// See envoyproxy.io/docs/envoy/latest/operations/admin
public final class EnvoyAdmin {
    private static final Duration TIMEOUT = Duration.ofSeconds(5);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final KubernetesClient client;
    private final Pod pod;
    private final int port;

    /// Asks one sidecar.
    ///
    /// @param port of the administration
    public EnvoyAdmin(KubernetesClient client, Pod pod, int port) {
        this.client = client;
        this.pod = pod;
        this.port = port;
    }

    /// What it answers.
    ///
    /// @param path such as `/certs`
    ///
    /// @throws CtlException if it does not answer, or with what is no JSON
    public JsonNode get(String path) {
        try (LocalPortForward forward = client.pods()
                        .inNamespace(pod.getMetadata().getNamespace())
                        .withName(pod.getMetadata().getName())
                        .portForward(port);
                HttpClient http = HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .connectTimeout(TIMEOUT)
                        .build()) {
            URI address = URI.create("http://localhost:" + forward.getLocalPort() + path);
            HttpRequest request =
                    HttpRequest.newBuilder(address).timeout(TIMEOUT).build();
            return JSON.readTree(
                    http.send(request, HttpResponse.BodyHandlers.ofString()).body());
        } catch (IOException | KubernetesClientException | IllegalStateException e) {
            throw new CtlException(
                    "the sidecar of " + pod.getMetadata().getNamespace() + "/"
                            + pod.getMetadata().getName() + " at port " + port + " does not answer: " + e.getMessage(),
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CtlException("interrupted", e);
        }
    }
}
