package dev.vl3mesh.xds.istio;

import dev.vl3mesh.model.plan.ConfigName;
import java.util.Arrays;
import java.util.Optional;

/// Istio's kinds that are published, where its API has them, and how they are called on the wire.
///
/// See istio.io/latest/docs/reference/config/
public enum IstioKind {
    /// How requests are routed.
    VIRTUAL_SERVICE("networking.istio.io", "v1", "VirtualService", "istio.networking.v1alpha3"),
    /// How a host is spoken to.
    DESTINATION_RULE("networking.istio.io", "v1", "DestinationRule", "istio.networking.v1alpha3"),
    /// A proxy at the edge.
    GATEWAY("networking.istio.io", "v1", "Gateway", "istio.networking.v1alpha3"),
    /// A service.
    SERVICE_ENTRY("networking.istio.io", "v1", "ServiceEntry", "istio.networking.v1alpha3"),
    /// A pod, or another machine, behind a service.
    WORKLOAD_ENTRY("networking.istio.io", "v1", "WorkloadEntry", "istio.networking.v1alpha3"),
    /// What sidecars listen for and know of.
    SIDECAR("networking.istio.io", "v1", "Sidecar", "istio.networking.v1alpha3"),
    /// A change of what Envoy is told.
    ENVOY_FILTER("networking.istio.io", "v1alpha3", "EnvoyFilter", "istio.networking.v1alpha3"),
    /// How sidecars run.
    PROXY_CONFIG("networking.istio.io", "v1beta1", "ProxyConfig", "istio.networking.v1beta1"),
    /// Who may call whom.
    AUTHORIZATION_POLICY("security.istio.io", "v1", "AuthorizationPolicy", "istio.security.v1beta1"),
    /// Whether mutual TLS is asked for.
    PEER_AUTHENTICATION("security.istio.io", "v1", "PeerAuthentication", "istio.security.v1beta1"),
    /// Which tokens of users are taken.
    REQUEST_AUTHENTICATION("security.istio.io", "v1", "RequestAuthentication", "istio.security.v1beta1"),
    /// What is measured, logged and traced.
    TELEMETRY("telemetry.istio.io", "v1", "Telemetry", "istio.telemetry.v1alpha1"),
    /// A program in Envoy.
    WASM_PLUGIN("extensions.istio.io", "v1alpha1", "WasmPlugin", "istio.extensions.v1alpha1");

    /// The URL of a resource as it is wrapped, whatever its kind.
    static final String RESOURCE_URL = "type.googleapis.com/istio.mcp.v1alpha1.Resource";

    private final String group;
    private final String version;
    private final String kind;
    private final String packageName;

    IstioKind(String group, String version, String kind, String packageName) {
        this.group = group;
        this.version = version;
        this.kind = kind;
        this.packageName = packageName;
    }

    /// The kind of an object; nothing where it is none of these.
    static Optional<IstioKind> of(ConfigName name) {
        return Arrays.stream(values())
                .filter(one -> one.group.equals(name.group()) && one.kind.equals(name.kind()))
                .findFirst();
    }

    /// The group of its API.
    public String group() {
        return group;
    }

    /// The version of its API.
    public String version() {
        return version;
    }

    /// `<group>/<version>`.
    public String apiVersion() {
        return group + "/" + version;
    }

    /// Its name, CamelCase.
    public String kind() {
        return kind;
    }

    /// As istiod asks for the kind.
    String asked() {
        return apiVersion() + "/" + kind;
    }

    /// The full name of the message that its `spec` is.
    public String message() {
        return packageName + "." + kind;
    }

    /// The URL of that message.
    String bodyUrl() {
        return "type.googleapis.com/" + message();
    }
}
