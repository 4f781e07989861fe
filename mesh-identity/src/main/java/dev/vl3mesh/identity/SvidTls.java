package dev.vl3mesh.identity;

import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.Supplier;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/// Key and trust managers that ask for the current [Svid] at each handshake, so that certificates change under
/// running
/// servers and clients, and that know
/// peers by their SPIFFE id and not by host name.
public final class SvidTls {
    private static final String ALIAS = "svid";

    private SvidTls() {}

    /// A key manager that shows the current identity.
    public static X509ExtendedKeyManager keyManager(Supplier<Svid> current) {
        return new CurrentKey(current);
    }

    /// A trust manager that checks a peer's chain against the current roots, and its SPIFFE id.
    ///
    /// @param allowed says which peers may speak
    public static X509ExtendedTrustManager trustManager(
            Supplier<List<X509Certificate>> roots, Predicate<SpiffeId> allowed) {
        return new SpiffeTrust(roots, allowed);
    }

    /// A trust manager that accepts exactly the chain whose last certificate has this fingerprint: for a first
    /// contact,
    /// with a fingerprint that was told by
    /// other means.
    ///
    /// @param fingerprint see [Pem#fingerprint]
    public static X509ExtendedTrustManager pinned(String fingerprint) {
        return new PinnedTrust(fingerprint);
    }

    private static final class CurrentKey extends X509ExtendedKeyManager {
        private final Supplier<Svid> current;

        CurrentKey(Supplier<Svid> current) {
            this.current = current;
        }

        @Override
        public String[] getClientAliases(String keyType, Principal @Nullable [] issuers) {
            return new String[] {ALIAS};
        }

        @Override
        public String chooseClientAlias(String[] keyTypes, Principal @Nullable [] issuers, @Nullable Socket socket) {
            return ALIAS;
        }

        @Override
        public String chooseEngineClientAlias(
                String[] keyTypes, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
            return ALIAS;
        }

        @Override
        public String[] getServerAliases(String keyType, Principal @Nullable [] issuers) {
            return new String[] {ALIAS};
        }

        @Override
        public String chooseServerAlias(String keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
            return ALIAS;
        }

        @Override
        public @Nullable String chooseEngineServerAlias(
                String keyType, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
            return keyType.equals(current.get().key().getAlgorithm()) ? ALIAS : null;
        }

        @Override
        public X509Certificate[] getCertificateChain(String alias) {
            return current.get().chain().toArray(X509Certificate[]::new);
        }

        @Override
        public PrivateKey getPrivateKey(String alias) {
            return current.get().key();
        }
    }

    private abstract static class Trust extends X509ExtendedTrustManager {
        abstract void check(X509Certificate[] chain, boolean client) throws CertificateException;

        @Override
        public final void checkClientTrusted(X509Certificate[] chain, String type, @Nullable Socket socket)
                throws CertificateException {
            check(chain, true);
        }

        @Override
        public final void checkClientTrusted(X509Certificate[] chain, String type, @Nullable SSLEngine engine)
                throws CertificateException {
            check(chain, true);
        }

        @Override
        public final void checkClientTrusted(X509Certificate[] chain, String type) throws CertificateException {
            check(chain, true);
        }

        @Override
        public final void checkServerTrusted(X509Certificate[] chain, String type, @Nullable Socket socket)
                throws CertificateException {
            check(chain, false);
        }

        @Override
        public final void checkServerTrusted(X509Certificate[] chain, String type, @Nullable SSLEngine engine)
                throws CertificateException {
            check(chain, false);
        }

        @Override
        public final void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
            check(chain, false);
        }

        @Override
        public final X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }

    private static final class SpiffeTrust extends Trust {
        private final Supplier<List<X509Certificate>> roots;
        private final Predicate<SpiffeId> allowed;

        SpiffeTrust(Supplier<List<X509Certificate>> roots, Predicate<SpiffeId> allowed) {
            this.roots = roots;
            this.allowed = allowed;
        }

        @Override
        void check(X509Certificate[] chain, boolean client) throws CertificateException {
            checkPath(chain, roots.get(), client);
            SpiffeId id;
            try {
                id = SpiffeId.of(chain[0]);
            } catch (IdentityException e) {
                throw new CertificateException(e.getMessage(), e);
            }
            if (!allowed.test(id)) {
                throw new CertificateException("the peer is " + id + ", who is not wanted here");
            }
        }
    }

    private static final class PinnedTrust extends Trust {
        private final String fingerprint;

        PinnedTrust(String fingerprint) {
            this.fingerprint = fingerprint;
        }

        @Override
        void check(X509Certificate[] chain, boolean client) throws CertificateException {
            X509Certificate root = chain[chain.length - 1];
            if (!Pem.fingerprint(root).equals(fingerprint)) {
                throw new CertificateException(
                        "the server's root has the fingerprint " + Pem.fingerprint(root) + ", not " + fingerprint);
            }
            checkPath(chain, List.of(root), client);
        }
    }

    private static void checkPath(X509Certificate[] chain, List<X509Certificate> roots, boolean client)
            throws CertificateException {
        try {
            KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            for (int i = 0; i < roots.size(); i++) {
                store.setCertificateEntry("root" + i, roots.get(i));
            }
            TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
            factory.init(store);
            for (TrustManager manager : factory.getTrustManagers()) {
                if (manager instanceof X509ExtendedTrustManager x509) {
                    // without an engine: PKIX only, no host name, which SPIFFE does not use
                    if (client) {
                        x509.checkClientTrusted(chain, "UNKNOWN", (SSLEngine) null);
                    } else {
                        x509.checkServerTrusted(chain, "UNKNOWN", (SSLEngine) null);
                    }
                    return;
                }
            }
            throw new CertificateException("this Java has no PKIX trust manager");
        } catch (CertificateException e) {
            throw e;
        } catch (GeneralSecurityException | IOException e) {
            throw new CertificateException("checking a certificate path", e);
        }
    }
}
