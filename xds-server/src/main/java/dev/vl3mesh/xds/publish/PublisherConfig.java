package dev.vl3mesh.xds.publish;

import dev.vl3mesh.model.DomainName;
import dev.vl3mesh.model.KubeClusterName;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;

/// What the publisher is told by its environment.
///
/// @param revision of the istiod beside it
/// @param cluster the domain's home
/// @param trustDomain of the home's control plane
/// @param controlAddress of the home's control plane, `host:port`
/// @param roots that it is known by, PEM
/// @param tokenFile this pod's token for the control plane
/// @param caFolder where istiod looks for its issuer's key and certificates
public record PublisherConfig(
        DomainName domain,
        String revision,
        KubeClusterName cluster,
        String trustDomain,
        String controlAddress,
        String roots,
        Path tokenFile,
        Path caFolder) {
    /// Where istiod asks.
    public static final int MCP_PORT = 18_000;
    /// Health, for the kubelet, and the domain's public key, for istiod.
    public static final int HTTP_PORT = 18_002;

    private static final Set<String> KEYS = Set.of(
            "VL3_DOMAIN",
            "VL3_REVISION",
            "VL3_CLUSTER",
            "VL3_TRUST_DOMAIN",
            "VL3_CONTROL_ADDRESS",
            "VL3_ROOTS",
            "VL3_TOKEN_FILE",
            "VL3_CA_FOLDER");

    /// Reads the variables that start with `VL3_`; all must be there.
    ///
    /// @throws IllegalArgumentException naming everything that is wrong
    public static PublisherConfig of(Map<String, String> environment) {
        List<String> problems = new ArrayList<>();
        for (String key : new TreeSet<>(environment.keySet())) {
            if (key.startsWith("VL3_") && !KEYS.contains(key)) {
                problems.add("unknown variable " + key + "; known are " + new TreeSet<>(KEYS));
            }
        }
        DomainName domain = read(environment, "VL3_DOMAIN", DomainName::new, new DomainName("unknown"), problems);
        String revision = read(environment, "VL3_REVISION", text -> text, "", problems);
        KubeClusterName cluster =
                read(environment, "VL3_CLUSTER", KubeClusterName::new, new KubeClusterName("unknown"), problems);
        String trustDomain = read(environment, "VL3_TRUST_DOMAIN", text -> text, "", problems);
        String address = read(environment, "VL3_CONTROL_ADDRESS", text -> text, "", problems);
        String roots = read(environment, "VL3_ROOTS", text -> text, "", problems);
        Path token = read(environment, "VL3_TOKEN_FILE", Path::of, Path.of(""), problems);
        Path ca = read(environment, "VL3_CA_FOLDER", Path::of, Path.of(""), problems);
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException("environment: " + String.join("; ", problems));
        }
        return new PublisherConfig(domain, revision, cluster, trustDomain, address, roots, token, ca);
    }

    private static <T> T read(
            Map<String, String> environment,
            String key,
            Function<String, T> parser,
            T otherwise,
            List<String> problems) {
        String text = environment.getOrDefault(key, "").strip();
        if (text.isEmpty()) {
            problems.add(key + " is missing");
            return otherwise;
        }
        try {
            return parser.apply(text);
        } catch (IllegalArgumentException e) {
            problems.add(key + ": " + e.getMessage());
            return otherwise;
        }
    }
}
