package dev.vl3mesh.xds.publish;

import com.google.protobuf.ByteString;
import dev.vl3mesh.identity.CertificateRequest;
import dev.vl3mesh.identity.IdentityException;
import dev.vl3mesh.identity.Pem;
import dev.vl3mesh.xds.proto.v1.CertifyRequest;
import dev.vl3mesh.xds.proto.v1.CertifyResponse;
import dev.vl3mesh.xds.proto.v1.MeshServingGrpc;
import io.grpc.Channel;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The mesh's own issuer: a key that is made here, an intermediate below the domain's root for it, both in the
/// files that istiod takes for a plugged-in issuer and reads again when they change. The key never leaves the
/// pod.
///
/// See istio.io/latest/docs/tasks/security/cert-management/plugin-ca-cert/
final class IssuerFiles {
    private static final Logger LOG = LoggerFactory.getLogger(IssuerFiles.class);
    private static final long CALL_SECONDS = 10;

    private final Path folder;
    private final SecureRandom random = new SecureRandom();
    private volatile String keys = "";
    private volatile List<X509Certificate> roots = List.of();
    private Instant renewAt = Instant.MIN;

    IssuerFiles(Path folder) {
        this.folder = folder;
    }

    /// By which the domain's tokens are checked, a JSON Web Key Set; empty before the first certificate.
    String keys() {
        return keys;
    }

    /// The domain's roots; empty before the first certificate.
    List<X509Certificate> roots() {
        return roots;
    }

    /// Gets a certificate if it is time. A failure is no harm as long as the present one is good.
    void renewIfDue(Channel control) {
        if (Instant.now().isBefore(renewAt)) {
            return;
        }
        try {
            CertificateRequest request = CertificateRequest.make(random);
            CertifyResponse response = MeshServingGrpc.newBlockingStub(control)
                    .withDeadlineAfter(CALL_SECONDS, TimeUnit.SECONDS)
                    .certify(CertifyRequest.newBuilder()
                            .setCsr(ByteString.copyFrom(request.der()))
                            .build());
            List<X509Certificate> chain = response.getCertificateChainList().stream()
                    .map(der -> Pem.certificate(der.toByteArray()))
                    .toList();
            write(Pem.key(request.keys().getPrivate()), chain);
            roots = List.of(chain.getLast());
            keys = response.getKeys();
            renewAt = due(chain.getFirst());
            LOG.info(
                    "the mesh's issuer has a certificate until {}",
                    chain.getFirst().getNotAfter().toInstant());
        } catch (StatusRuntimeException | IdentityException | IOException e) {
            LOG.warn("getting a certificate for the mesh's issuer: {}; trying again", e.getMessage());
        }
    }

    private static Instant due(X509Certificate certificate) {
        Instant start = certificate.getNotBefore().toInstant();
        Duration life = Duration.between(start, certificate.getNotAfter().toInstant());
        return start.plus(life.multipliedBy(2).dividedBy(3));
    }

    /// istiod looks at all of them when the last one has come.
    private void write(String key, List<X509Certificate> chain) throws IOException {
        put("root-cert.pem", Pem.certificates(List.of(chain.getLast())));
        put("cert-chain.pem", Pem.certificates(chain));
        put("ca-key.pem", key);
        put("ca-cert.pem", Pem.certificates(List.of(chain.getFirst())));
    }

    private void put(String name, String text) throws IOException {
        Path fresh = folder.resolve("." + name);
        Files.writeString(fresh, text);
        Files.move(fresh, folder.resolve(name), StandardCopyOption.ATOMIC_MOVE);
    }
}
