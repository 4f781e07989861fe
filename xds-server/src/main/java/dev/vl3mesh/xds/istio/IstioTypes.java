package dev.vl3mesh.xds.istio;

/// Istio's kinds that the publisher writes, and how they are called on the wire.
enum IstioTypes {
    SERVICE_ENTRY("networking.istio.io/v1/ServiceEntry", "istio.networking.v1alpha3.ServiceEntry"),
    WORKLOAD_ENTRY("networking.istio.io/v1/WorkloadEntry", "istio.networking.v1alpha3.WorkloadEntry"),
    SIDECAR("networking.istio.io/v1/Sidecar", "istio.networking.v1alpha3.Sidecar");

    /// The URL of a resource as it is wrapped, whatever its kind.
    static final String RESOURCE_URL = "type.googleapis.com/istio.mcp.v1alpha1.Resource";

    private final String asked;
    private final String message;

    IstioTypes(String asked, String message) {
        this.asked = asked;
        this.message = message;
    }

    /// As istiod asks for the kind.
    String asked() {
        return asked;
    }

    /// The URL of the message itself.
    String bodyUrl() {
        return "type.googleapis.com/" + message;
    }
}
