package dev.vl3mesh.istio;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/// What an istiod has to be told to be the control plane of one domain.
///
/// @param domain its name
/// @param slot 0 to 9, see the domain's status: the sidecars' ports are moved by a hundred times that
/// @param revision of Istio
/// @param namespace in which it is installed
/// @param cluster the domain's home
/// @param trustDomain of the home's vl3-control
/// @param controlAddress of the home's vl3-control, `host:port`
/// @param roots certificates by which vl3-control is known, PEM
/// @param publisherImage of the publisher, with its tag
/// @param pullPolicy of that image
public record IstioProfile(
        String domain,
        int slot,
        String revision,
        String namespace,
        String cluster,
        String trustDomain,
        String controlAddress,
        String roots,
        String publisherImage,
        String pullPolicy) {
    private static final int SLOT_MAX = 9;
    private static final int PORTS_PER_SLOT = 100;
    private static final int OUTBOUND_PORT = 15_001;
    private static final int INBOUND_PORT = 15_006;
    private static final int ADMIN_PORT = 15_000;
    private static final int STATUS_PORT = 15_020;

    /// Checks the slot.
    ///
    /// @throws IllegalArgumentException if it is out of range
    public IstioProfile {
        if (slot < 0 || slot > SLOT_MAX) {
            throw new IllegalArgumentException("slot " + slot + " is not in 0.." + SLOT_MAX);
        }
    }

    /// Values for the chart `istiod`, YAML.
    public String values() {
        return fill("istiod-values.yaml");
    }

    /// The rights that the chart does not give an istiod with these values, as manifests, YAML: less than what the
    /// chart
    /// gives otherwise.
    public String access() {
        return fill("istiod-access.yaml");
    }

    private String fill(String resource) {
        String text = template(resource);
        for (Map.Entry<String, String> value : placeholders().entrySet()) {
            text = text.replace("%" + value.getKey() + "%", value.getValue());
        }
        return text;
    }

    private Map<String, String> placeholders() {
        Map<String, String> values = new TreeMap<>();
        values.put("domain", domain);
        values.put("revision", revision);
        values.put("namespace", namespace);
        values.put("cluster", cluster);
        values.put("trust-domain", trustDomain);
        values.put("control-address", controlAddress);
        values.put("roots", roots.strip().replace("\n", "\n          "));
        values.put("publisher-image", publisherImage);
        values.put("pull-policy", pullPolicy);
        values.put("outbound-port", port(OUTBOUND_PORT));
        values.put("inbound-port", port(INBOUND_PORT));
        values.put("admin-port", port(ADMIN_PORT));
        values.put("status-port", port(STATUS_PORT));
        return values;
    }

    private String port(int first) {
        return Integer.toString(first + slot * PORTS_PER_SLOT);
    }

    private static String template(String name) {
        try (InputStream in = Objects.requireNonNull(IstioProfile.class.getResourceAsStream(name), name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("reading " + name, e);
        }
    }
}
