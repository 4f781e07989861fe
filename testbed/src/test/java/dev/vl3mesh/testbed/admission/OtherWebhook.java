package dev.vl3mesh.testbed.admission;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.vl3mesh.testbed.lab.LabException;
import dev.vl3mesh.testbed.lab.Pki;
import io.fabric8.kubernetes.api.model.admission.v1.AdmissionReview;
import io.fabric8.kubernetes.api.model.admission.v1.AdmissionReviewBuilder;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.MutatingWebhookConfiguration;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.MutatingWebhookConfigurationBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.StringReader;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;

/// Somebody else's mutating webhook: gives the same JSON patch to every pod of a namespace. The API server calls it
/// after ours, because of its name.
final class OtherWebhook implements AutoCloseable {
    private static final char[] PASSWORD = "only in memory".toCharArray();

    private final KubernetesClient client;
    private final MutatingWebhookConfiguration configuration;
    private final HttpsServer server;
    private final AtomicInteger calls = new AtomicInteger();

    /// Serves on an address of this machine that the API server reaches, and registers it.
    ///
    /// @param patch a JSON patch (RFC 6902)
    OtherWebhook(KubernetesClient client, String address, String namespace, String patch) {
        this.client = client;
        Pki pki = new Pki();
        try {
            server = HttpsServer.create(new InetSocketAddress(address, 0), 16);
            server.setHttpsConfigurator(new HttpsConfigurator(tls(pki.issue("CN=other", List.of(), List.of(address)))));
        } catch (IOException | GeneralSecurityException e) {
            throw new LabException("serving a webhook on " + address + ": " + e.getMessage(), e);
        }
        server.createContext("/", exchange -> answer(exchange, patch));
        server.start();
        configuration = client.resource(registration(
                        "https://" + address + ":" + server.getAddress().getPort() + "/", namespace, pki.rootPem()))
                .create();
    }

    private static SSLContext tls(Pki.Identity identity) throws IOException, GeneralSecurityException {
        KeyStore keys = KeyStore.getInstance("PKCS12");
        keys.load(null, null);
        try (PEMParser parser = new PEMParser(new StringReader(identity.key()))) {
            PEMKeyPair pair = (PEMKeyPair) parser.readObject();
            keys.setKeyEntry(
                    "other",
                    new JcaPEMKeyConverter().getPrivateKey(pair.getPrivateKeyInfo()),
                    PASSWORD,
                    new Certificate[] {
                        CertificateFactory.getInstance("X.509")
                                .generateCertificate(new ByteArrayInputStream(
                                        identity.certificate().getBytes(StandardCharsets.US_ASCII)))
                    });
        }
        KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(keys, PASSWORD);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(managers.getKeyManagers(), null, null);
        return context;
    }

    private static MutatingWebhookConfiguration registration(String url, String namespace, String root) {
        return new MutatingWebhookConfigurationBuilder()
                .withNewMetadata()
                .withName("zz-other-" + namespace)
                .endMetadata()
                .addNewWebhook()
                .withName("other.example.test")
                .withNewClientConfig()
                .withUrl(url)
                .withCaBundle(Base64.getEncoder().encodeToString(root.getBytes(StandardCharsets.US_ASCII)))
                .endClientConfig()
                .addNewRule()
                .withApiGroups("")
                .withApiVersions("v1")
                .withOperations("CREATE")
                .withResources("pods")
                .endRule()
                .withNewNamespaceSelector()
                .withMatchLabels(Map.of("kubernetes.io/metadata.name", namespace))
                .endNamespaceSelector()
                .withFailurePolicy("Fail")
                .withSideEffects("None")
                .withAdmissionReviewVersions("v1")
                .endWebhook()
                .build();
    }

    private void answer(HttpExchange exchange, String patch) throws IOException {
        try (exchange) {
            AdmissionReview review = Serialization.unmarshal(exchange.getRequestBody(), AdmissionReview.class);
            byte[] body = Serialization.asJson(new AdmissionReviewBuilder()
                            .withNewResponse()
                            .withUid(review.getRequest().getUid())
                            .withAllowed(true)
                            .withPatchType("JSONPatch")
                            .withPatch(Base64.getEncoder().encodeToString(patch.getBytes(StandardCharsets.UTF_8)))
                            .endResponse()
                            .build())
                    .getBytes(StandardCharsets.UTF_8);
            calls.incrementAndGet();
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, body.length);
            try (OutputStream out = exchange.getResponseBody()) {
                out.write(body);
            }
        }
    }

    /// How often the API server has asked.
    int calls() {
        return calls.get();
    }

    @Override
    public void close() {
        client.resource(configuration).delete();
        server.stop(0);
    }
}
