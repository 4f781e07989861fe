package dev.vl3mesh.injector.admission;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import java.util.TreeMap;

/// What an annotation `proxy.istio.io/config` says, as far as it is the user's to say.
///
/// See istio.io/latest/docs/reference/config/istio.mesh.v1alpha1/#ProxyConfig
///
/// @param fields to be told to the sidecar's agent, by their names in JSON
/// @param environment of the sidecar
/// @param imageType empty, or what the image's tag is to end with
record ProxyConfig(Map<String, Object> fields, Map<String, String> environment, String imageType) {
    private static final String WHERE = "annotation proxy.istio.io/config: ";
    private static final String METADATA = "proxyMetadata";
    private static final String IMAGE = "image";
    /// What the sidecar's own agent makes use of.
    private static final Set<String> USERS = Set.of(
            "concurrency",
            "drainDuration",
            "terminationDrainDuration",
            "statNameLength",
            "tracing",
            "tracingServiceName",
            "envoyAccessLogService",
            "envoyMetricsService",
            "zipkinAddress",
            "statsdUdpAddress",
            "runtimeValues",
            "extraStatTags",
            "proxyStatsMatcher",
            "caCertificatesPem",
            "privateKeyProvider",
            "proxyHeaders",
            "fileFlushInterval",
            "fileFlushMinSizeKb",
            "statsCompression",
            // always so: native sidecars are there before the application
            "holdApplicationUntilProxyStarts");
    /// They follow from the domain, and from its slot.
    private static final Set<String> OURS = Set.of(
            "discoveryAddress",
            "proxyAdminPort",
            "statusPort",
            "configPath",
            "binaryPath",
            "customConfigFile",
            "proxyBootstrapTemplatePath",
            "serviceCluster",
            "meshId",
            "controlPlaneAuthPolicy",
            "interceptionMode",
            "availabilityZone",
            "readinessProbe");

    /// Of the environment they set, beside all that starts with the prefix below.
    private static final Set<String> OUR_ENVIRONMENT = Set.of(
            "POD_NAME",
            "POD_NAMESPACE",
            "SERVICE_ACCOUNT",
            "HOST_IP",
            "INSTANCE_IP",
            "PILOT_CERT_PROVIDER",
            "CA_ADDR",
            "ISTIOD_SAN",
            "TRUST_DOMAIN",
            "ISTIO_DUAL_STACK",
            "ENVOY_STATUS_PORT",
            "ENVOY_PROMETHEUS_PORT",
            "PROXY_CONFIG",
            "ISTIO_CPU_LIMIT",
            "GOMEMLIMIT",
            "GOMAXPROCS",
            "XDS_HEADER_domain_revision",
            "CA_HEADER_domain_revision");

    private static final String OUR_METADATA = "ISTIO_META_";

    /// Takes what the user has written apart.
    ///
    /// @param lenient whether what can't be followed is left out rather than refused
    /// @throws IllegalArgumentException that names the field which can't be followed
    static ProxyConfig of(Map<String, Object> written, boolean lenient) {
        Map<String, Object> fields = new TreeMap<>();
        Map<String, String> environment = new TreeMap<>();
        String imageType = "";
        for (Map.Entry<String, Object> field : written.entrySet()) {
            String name = field.getKey();
            switch (name) {
                case METADATA ->
                    strings(name, field.getValue()).forEach((key, value) -> {
                        boolean ours = OUR_ENVIRONMENT.contains(key) || key.startsWith(OUR_METADATA);
                        if (ours && !lenient) {
                            throw new IllegalArgumentException(WHERE + METADATA + " may not have " + key
                                    + ", which follows from the domain or the pod: take it away");
                        }
                        if (!ours) {
                            environment.put(key, value);
                        }
                    });
                case IMAGE -> imageType = strings(name, field.getValue()).getOrDefault("imageType", "");
                default -> {
                    if (USERS.contains(name)) {
                        fields.put(name, field.getValue());
                    } else if (!lenient) {
                        throw new IllegalArgumentException(refusal(name));
                    }
                }
            }
        }
        if (!environment.isEmpty()) {
            fields.put(METADATA, environment);
        }
        return new ProxyConfig(fields, environment, imageType);
    }

    private static String refusal(String name) {
        return OURS.contains(name)
                ? WHERE + name + " follows from the domain, and can't be set: take it away"
                : WHERE + name + " is no field of it that vl3mesh knows: see ProxyConfig in Istio's reference";
    }

    private static Map<String, String> strings(String name, Object value) {
        if (!(value instanceof Map<?, ?> map)) {
            throw new IllegalArgumentException(WHERE + name + " is no object: " + value);
        }
        SequencedMap<String, String> strings = new LinkedHashMap<>();
        map.forEach((key, text) -> strings.put(String.valueOf(key), String.valueOf(text)));
        return strings;
    }
}
