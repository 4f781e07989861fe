package dev.vl3mesh.xds.istio;

import com.google.protobuf.Any;
import dev.vl3mesh.xds.istio.proto.EnvoyFilter;
import dev.vl3mesh.xds.istio.proto.EnvoyFilter.ApplyTo;
import dev.vl3mesh.xds.istio.proto.EnvoyFilter.ConfigPatch;
import dev.vl3mesh.xds.istio.proto.EnvoyFilter.ListenerMatch;
import dev.vl3mesh.xds.istio.proto.EnvoyFilter.ListenerMatch.FilterChainMatch;
import dev.vl3mesh.xds.istio.proto.EnvoyFilter.ObjectMatch;
import dev.vl3mesh.xds.istio.proto.EnvoyFilter.Patch;
import dev.vl3mesh.xds.istio.proto.EnvoyFilter.Patch.Operation;
import dev.vl3mesh.xds.istio.proto.EnvoyFilter.PatchContext;
import java.util.List;

/// Closes what no service publishes. Istio passes other ports of a workload through, to whoever is in the
/// mesh and without telling the application who: so a port that is meant for one of a pod's domains would
/// be open in all. One change for all sidecars of a mesh, so that there is none that has not heard of it
/// yet.
final class ClosedPorts {
    /// Where captured traffic comes in, as istiod calls it.
    private static final String LISTENER = "virtualInbound";
    /// What istiod calls the ways through it that no service has asked for.
    private static final List<String> PASSED_THROUGH = List.of("virtualInbound", "virtualInbound-catchall-http");

    private static final String NAME = IstioView.RESERVED + "closed-ports";

    private ClosedPorts() {}

    /// Made for the mesh's root namespace, where it counts for every workload.
    static Any in(String rootNamespace) {
        EnvoyFilter.Builder filter = EnvoyFilter.newBuilder();
        PASSED_THROUGH.forEach(chain -> filter.addConfigPatches(ConfigPatch.newBuilder()
                .setApplyTo(ApplyTo.FILTER_CHAIN)
                .setMatch(ObjectMatch.newBuilder()
                        .setContext(PatchContext.SIDECAR_INBOUND)
                        .setListener(ListenerMatch.newBuilder()
                                .setName(LISTENER)
                                .setFilterChain(FilterChainMatch.newBuilder().setName(chain))))
                .setPatch(Patch.newBuilder().setOperation(Operation.REMOVE))));
        return McpResources.of(IstioKind.ENVOY_FILTER, rootNamespace, NAME, filter.build());
    }
}
