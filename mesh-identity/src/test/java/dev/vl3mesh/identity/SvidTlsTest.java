package dev.vl3mesh.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import org.junit.jupiter.api.Test;

class SvidTlsTest {
    private static final SecureRandom RANDOM = new SecureRandom();
    private final Instant now = Instant.now();
    private static final Duration HOUR = Duration.ofHours(1);
    private static final SpiffeId SERVER = SpiffeId.control("east.test");
    private static final SpiffeId CLIENT = SpiffeId.node("east.test", "east-1");

    private final CertificateIssuer issuer = CertificateIssuer.newRoot("east.test", now, HOUR, RANDOM);
    private final AtomicReference<Svid> server = new AtomicReference<>(issuer.issue(SERVER, List.of(), now, HOUR));

    private static SSLContext context(KeyManager key, TrustManager trust) throws GeneralSecurityException {
        SSLContext context = SSLContext.getInstance("TLSv1.3");
        context.init(new KeyManager[] {key}, new TrustManager[] {trust}, RANDOM);
        return context;
    }

    /// Shakes hands over loopback; returns who the client saw and who the server saw.
    private List<SpiffeId> handshake(Svid client, Predicate<SpiffeId> serverAllows, TrustManager clientTrust)
            throws IOException, GeneralSecurityException {
        SSLContext serving = context(
                SvidTls.keyManager(server::get), SvidTls.trustManager(() -> List.of(issuer.root()), serverAllows));
        SSLContext calling = context(SvidTls.keyManager(() -> client), clientTrust);
        try (SSLServerSocket listening = (SSLServerSocket)
                        serving.getServerSocketFactory().createServerSocket(0, 1, InetAddress.getLoopbackAddress());
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            listening.setNeedClientAuth(true);
            var seen = threads.submit(() -> {
                try (SSLSocket accepted = (SSLSocket) listening.accept()) {
                    accepted.startHandshake();
                    accepted.getOutputStream().write(1);
                    return SpiffeId.of((X509Certificate) accepted.getSession().getPeerCertificates()[0]);
                }
            });
            try (SSLSocket socket = (SSLSocket) calling.getSocketFactory()
                    .createSocket(InetAddress.getLoopbackAddress(), listening.getLocalPort())) {
                socket.setSoTimeout(5000);
                if (socket.getInputStream().read() != 1) {
                    throw new IOException("closed by the server");
                }
                SpiffeId peer =
                        SpiffeId.of((X509Certificate) socket.getSession().getPeerCertificates()[0]);
                return List.of(peer, seen.get());
            } catch (ExecutionException | InterruptedException e) {
                throw new IOException(e);
            }
        }
    }

    private TrustManager trusts(SpiffeId id) {
        return SvidTls.trustManager(() -> List.of(issuer.root()), id::equals);
    }

    @Test
    void bothSidesSeeEachOthersIdentity() throws Exception {
        Svid client = issuer.issue(CLIENT, List.of(), now, HOUR);
        assertThat(handshake(client, CLIENT::equals, trusts(SERVER))).containsExactly(SERVER, CLIENT);
    }

    @Test
    void anIdentityThatIsNotWantedIsRefusedByEitherSide() {
        Svid client = issuer.issue(CLIENT, List.of(), now, HOUR);
        assertThatThrownBy(() -> handshake(client, SERVER::equals, trusts(SERVER)))
                .isInstanceOf(IOException.class);
        assertThatThrownBy(() -> handshake(client, CLIENT::equals, trusts(CLIENT)))
                .hasStackTraceContaining("who is not wanted here");
    }

    @Test
    void aForeignRootAndAnExpiredCertificateAreRefused() {
        CertificateIssuer foreign = CertificateIssuer.newRoot("east.test", now, HOUR, RANDOM);
        Svid forged = foreign.issue(CLIENT, List.of(), now, HOUR);
        assertThatThrownBy(() -> handshake(forged, CLIENT::equals, trusts(SERVER)))
                .isInstanceOf(IOException.class);
        Svid expired = issuer.issue(CLIENT, List.of(), now.minus(HOUR), Duration.ofMinutes(30));
        assertThatThrownBy(() -> handshake(expired, CLIENT::equals, trusts(SERVER)))
                .isInstanceOf(IOException.class);
    }

    @Test
    void aNewCertificateIsShownAtTheNextHandshake() throws Exception {
        Svid client = issuer.issue(CLIENT, List.of(), now, HOUR);
        SpiffeId other = SpiffeId.control("other.test");
        server.set(issuer.issue(other, List.of(), now, HOUR));
        assertThat(handshake(client, CLIENT::equals, trusts(other)).getFirst()).isEqualTo(other);
    }

    @Test
    void aPinnedRootIsEnoughForAFirstContact() throws Exception {
        Svid client = issuer.issue(CLIENT, List.of(), now, HOUR);
        server.set(new Svid(server.get().key(), List.of(server.get().chain().getFirst(), issuer.root()), List.of()));
        assertThat(handshake(client, CLIENT::equals, SvidTls.pinned(Pem.fingerprint(issuer.root())))
                        .getFirst())
                .isEqualTo(SERVER);
        assertThatThrownBy(() -> handshake(client, CLIENT::equals, SvidTls.pinned("00")))
                .hasStackTraceContaining("fingerprint");
    }

    @Test
    void requestsAreSignedForTheNameGivenAndOnlyIfTheirKeySignedThem() {
        CertificateRequest request = CertificateRequest.make(RANDOM);
        assertThat(SpiffeId.of(issuer.sign(request.der(), CLIENT, List.of(), now, HOUR)))
                .isEqualTo(CLIENT);
        byte[] altered = request.der().clone();
        altered[altered.length - 1] ^= 1;
        assertThatThrownBy(() -> issuer.sign(altered, CLIENT, List.of(), now, HOUR))
                .isInstanceOf(IdentityException.class);
        assertThatThrownBy(() -> issuer.sign(new byte[10], CLIENT, List.of(), now, HOUR))
                .isInstanceOf(IdentityException.class);
        assertThatThrownBy(() -> issuer.sign(new byte[10_000], CLIENT, List.of(), now, HOUR))
                .hasMessageContaining("10000 bytes");
    }

    @Test
    void keysAndCertificatesComeBackFromPem() {
        assertThat(Pem.certificates(Pem.certificates(List.of(issuer.root(), issuer.root()))))
                .hasSize(2)
                .contains(issuer.root());
        assertThat(Pem.key(Pem.key(issuer.key()))).isEqualTo(issuer.key());
        assertThatThrownBy(() -> Pem.key("nothing")).hasMessageContaining("PKCS #8");
        assertThatThrownBy(() -> SpiffeId.parse("spiffe://East/x")).isInstanceOf(IdentityException.class);
        assertThatThrownBy(() -> SpiffeId.parse("spiffe://east/a/../b")).isInstanceOf(IdentityException.class);
    }
}
