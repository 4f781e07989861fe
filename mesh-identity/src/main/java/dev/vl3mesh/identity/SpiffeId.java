package dev.vl3mesh.identity;

import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.regex.Pattern;

/// A SPIFFE id, `spiffe://<trust domain>/<path>` (SPIFFE-ID specification, 2).
///
/// @param trustDomain lower-case letters, digits, dots, hyphens, underscores; 1 to 255 characters
/// @param path empty, or segments that each start with a slash
public record SpiffeId(String trustDomain, String path) {
    private static final String SCHEME = "spiffe://";
    private static final Pattern TRUST_DOMAIN = Pattern.compile("[a-z0-9._-]{1,255}");
    private static final Pattern PATH = Pattern.compile("(/[A-Za-z0-9._-]+)*");
    private static final int URI_SAN = 6;
    private static final int URI_CHARACTERS_MAX = 2_048;

    /// Checks both parts.
    ///
    /// @throws IdentityException if a part breaks the specification's rules
    public SpiffeId {
        if (!TRUST_DOMAIN.matcher(trustDomain).matches()) {
            throw new IdentityException("'" + trustDomain + "' is not a trust domain");
        }
        if (!PATH.matcher(path).matches()
                || List.of(path.split("/")).stream().anyMatch(s -> s.equals(".") || s.equals(".."))) {
            throw new IdentityException("'" + path + "' is not the path of a SPIFFE id");
        }
    }

    /// Parses the whole URI.
    ///
    /// @throws IdentityException if it is no SPIFFE id
    public static SpiffeId parse(String uri) {
        if (uri.length() > URI_CHARACTERS_MAX) {
            throw new IdentityException("a text of " + uri.length() + " characters is not a SPIFFE id: it has at most "
                    + URI_CHARACTERS_MAX);
        }
        if (!uri.startsWith(SCHEME)) {
            throw new IdentityException("'" + uri + "' is not a SPIFFE id");
        }
        String rest = uri.substring(SCHEME.length());
        int slash = rest.indexOf('/');
        return slash < 0 ? new SpiffeId(rest, "") : new SpiffeId(rest.substring(0, slash), rest.substring(slash));
    }

    /// The control plane of a trust domain.
    public static SpiffeId control(String trustDomain) {
        return new SpiffeId(trustDomain, "/control");
    }

    /// The agent of a node.
    public static SpiffeId node(String trustDomain, String node) {
        return new SpiffeId(trustDomain, "/node/" + node);
    }

    /// Who feeds the mesh control plane of a domain.
    public static SpiffeId publisher(String trustDomain, String domain) {
        return new SpiffeId(trustDomain, "/publisher/" + domain);
    }

    /// A member cluster, in its home's trust domain.
    public static SpiffeId cluster(String trustDomain, String cluster) {
        return new SpiffeId(trustDomain, "/cluster/" + cluster);
    }

    /// Returns the one SPIFFE id of a certificate (X509-SVID specification, 2: exactly one URI SAN).
    ///
    /// @throws IdentityException if it has none or several
    public static SpiffeId of(X509Certificate certificate) {
        try {
            Collection<List<?>> names = certificate.getSubjectAlternativeNames();
            List<String> uris = names == null
                    ? List.of()
                    : names.stream()
                            .filter(name -> name.getFirst().equals(URI_SAN))
                            .map(name -> (String) name.get(1))
                            .toList();
            if (uris.size() != 1) {
                throw new IdentityException("the certificate of " + certificate.getSubjectX500Principal() + " has "
                        + uris.size() + " URIs as subject alternative names, not one");
            }
            return parse(uris.getFirst());
        } catch (CertificateParsingException e) {
            throw new IdentityException(
                    "the certificate of " + certificate.getSubjectX500Principal() + " can't be read", e);
        }
    }

    /// The last segment of the path, such as a node's name.
    public String lastSegment() {
        return path.substring(path.lastIndexOf('/') + 1);
    }

    /// Whether the path is `/<kind>/<one segment>`.
    public boolean isKind(String kind) {
        return path.startsWith("/" + kind + "/") && path.indexOf('/', kind.length() + 2) < 0;
    }

    @Override
    public String toString() {
        return SCHEME + trustDomain + path;
    }
}
