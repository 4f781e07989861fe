package dev.vl3mesh.xds.istiod;

import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;
import dev.vl3mesh.model.plan.MeshResource.ConfigResource;
import dev.vl3mesh.xds.istio.IstioKind;
import dev.vl3mesh.xds.istio.IstioPeer;
import io.grpc.ManagedChannel;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManagerFactory;

/// The istiod in whose pod the publisher runs: its schema by server reflection, its judgement by the endpoint
/// that its validating webhook has. Both over TLS, by a certificate below the domain's root.
public final class IstiodClient implements IstioPeer {
    private static final int GRPC_PORT = 15_012;
    private static final int WEBHOOK_PORT = 15_017;
    private static final int MESSAGE_BYTES_MAX = 16 << 20;
    private static final int TIMEOUT_MILLIS = 10_000;

    private final String name;
    private final List<X509Certificate> roots;
    private final SSLSocketFactory tls;
    private final IstiodSchema schema;

    /// Asks istiod for its schema.
    ///
    /// @param name that istiod's certificate has
    /// @param roots of the domain
    /// @throws IOException if istiod does not answer
    public IstiodClient(String name, List<X509Certificate> roots) throws IOException {
        this.name = name;
        this.roots = List.copyOf(roots);
        this.tls = tls(roots).getSocketFactory();
        ManagedChannel channel = channel();
        try {
            schema = IstiodSchema.ask(
                    channel,
                    Arrays.stream(IstioKind.values()).map(IstioKind::message).toList());
        } finally {
            channel.shutdownNow();
        }
    }

    /// Whether there is an istiod that sidecars could reach.
    public static boolean listens() {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), GRPC_PORT), TIMEOUT_MILLIS);
            return true;
        } catch (ConnectException e) {
            return false;
        } catch (IOException e) {
            return true; // it is too busy to say so
        }
    }

    private ManagedChannel channel() throws IOException {
        return NettyChannelBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), GRPC_PORT))
                .overrideAuthority(name)
                .sslContext(
                        GrpcSslContexts.configure(SslContextBuilder.forClient().trustManager(roots), SslProvider.JDK)
                                .build())
                .maxInboundMessageSize(MESSAGE_BYTES_MAX)
                .build();
    }

    @Override
    public DynamicMessage parse(IstioKind kind, String spec) throws InvalidProtocolBufferException {
        try {
            DynamicMessage.Builder builder = DynamicMessage.newBuilder(schema.message(kind.message()));
            JsonFormat.parser().merge(spec, builder);
            return builder.build();
        } catch (InvalidProtocolBufferException e) {
            throw e;
        } catch (IOException e) {
            throw new InvalidProtocolBufferException(e);
        }
    }

    @Override
    public Optional<String> refusal(IstioKind kind, ConfigResource config) throws IOException {
        HttpsURLConnection call = (HttpsURLConnection) URI.create("https://127.0.0.1:" + WEBHOOK_PORT + "/validate")
                .toURL()
                .openConnection();
        call.setSSLSocketFactory(tls); // the same for all calls, so that they share a connection
        call.setHostnameVerifier((_, session) -> hasName(session));
        call.setConnectTimeout(TIMEOUT_MILLIS);
        call.setReadTimeout(TIMEOUT_MILLIS);
        call.setRequestProperty("Content-Type", "application/json");
        call.setDoOutput(true);
        try (OutputStream out = call.getOutputStream()) {
            out.write(review(kind, config).toString().getBytes(StandardCharsets.UTF_8));
        }
        if (call.getResponseCode() != HttpURLConnection.HTTP_OK) {
            throw new IOException("/validate answers " + call.getResponseCode());
        }
        return refusal(new String(call.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
    }

    /// Reads the answer to an AdmissionReview.
    private static Optional<String> refusal(String answer) throws IOException {
        try {
            if (JsonParser.parseString(answer) instanceof JsonObject review
                    && review.get("response") instanceof JsonObject response
                    && response.get("allowed") instanceof JsonPrimitive allowed) {
                return allowed.getAsBoolean() ? Optional.empty() : Optional.of(message(response));
            }
        } catch (JsonParseException e) {
            throw new IOException("/validate answers no JSON: " + answer, e);
        }
        throw new IOException("/validate answers what is no AdmissionReview: " + answer);
    }

    private static String message(JsonObject response) {
        return response.get("status") instanceof JsonObject status
                        && status.get("message") instanceof JsonPrimitive message
                ? message.getAsString()
                : "istiod refuses it and does not say why";
    }

    /// An AdmissionReview (admission.k8s.io/v1), as the API server would send it.
    private static JsonObject review(IstioKind kind, ConfigResource config) {
        JsonObject metadata = new JsonObject();
        metadata.addProperty("name", config.name().name());
        metadata.addProperty("namespace", config.name().namespace());
        JsonObject object = new JsonObject();
        object.addProperty("apiVersion", kind.apiVersion());
        object.addProperty("kind", kind.kind());
        object.add("metadata", metadata);
        object.add("spec", JsonParser.parseString(config.spec()));
        JsonObject kinds = new JsonObject();
        kinds.addProperty("group", kind.group());
        kinds.addProperty("version", kind.version());
        kinds.addProperty("kind", kind.kind());
        JsonObject request = new JsonObject();
        request.addProperty("uid", UUID.randomUUID().toString());
        request.addProperty("operation", "CREATE");
        request.addProperty("name", config.name().name());
        request.addProperty("namespace", config.name().namespace());
        request.add("kind", kinds);
        request.add("object", object);
        JsonObject review = new JsonObject();
        review.addProperty("apiVersion", "admission.k8s.io/v1");
        review.addProperty("kind", "AdmissionReview");
        review.add("request", request);
        return review;
    }

    private static SSLContext tls(List<X509Certificate> roots) throws IOException {
        try {
            KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
            trusted.load(null, null);
            for (X509Certificate root : roots) {
                trusted.setCertificateEntry(root.getSubjectX500Principal().getName(), root);
            }
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(trusted);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IOException("TLS to istiod", e);
        }
    }

    /// The address is that of the loopback: what counts is the name of the one who has it.
    private boolean hasName(SSLSession session) {
        try {
            X509Certificate certificate = (X509Certificate) session.getPeerCertificates()[0];
            return Objects.requireNonNullElse(certificate.getSubjectAlternativeNames(), List.<List<?>>of()).stream()
                    .anyMatch(san -> name.equals(san.get(1)));
        } catch (IOException | GeneralSecurityException e) {
            return false;
        }
    }
}
