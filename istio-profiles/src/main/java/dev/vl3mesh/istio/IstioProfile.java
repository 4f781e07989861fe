package dev.vl3mesh.istio;

import dev.vl3mesh.model.plan.MeshPorts;
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
/// @param ports of the sidecars, by the slot in the domain's status
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
        MeshPorts ports,
        String revision,
        String namespace,
        String cluster,
        String trustDomain,
        String controlAddress,
        String roots,
        String publisherImage,
        String pullPolicy) {
    /// Values for the chart `istiod`, YAML.
    public String values() {
        return fill("istiod-values.yaml");
    }

    /// The rights that the chart does not give an istiod with these values, as manifests, YAML: less than
    /// what the chart gives otherwise.
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
        values.put("outbound-port", Integer.toString(ports.outbound()));
        values.put("inbound-port", Integer.toString(ports.inbound()));
        values.put("admin-port", Integer.toString(ports.admin()));
        values.put("status-port", Integer.toString(ports.status()));
        return values;
    }

    private static String template(String name) {
        try (InputStream in = Objects.requireNonNull(IstioProfile.class.getResourceAsStream(name), name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("reading " + name, e);
        }
    }
}
