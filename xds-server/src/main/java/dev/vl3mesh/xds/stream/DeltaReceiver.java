package dev.vl3mesh.xds.stream;

import com.google.rpc.Code;
import com.google.rpc.Status;
import dev.vl3mesh.model.KubeClusterName;
import dev.vl3mesh.model.plan.MeshResource;
import dev.vl3mesh.model.plan.ResourceKind;
import dev.vl3mesh.xds.encode.ResourceCodec;
import dev.vl3mesh.xds.encode.ResourceProblem;
import dev.vl3mesh.xds.encode.TypeUrls;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.Resource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The receiving side of delta xDS, over any number of streams one after the other: remembers what it has, so that
/// a new stream sends only what changed.
/// A resource that can't be accepted refuses its whole response (NACK) and changes nothing. Not safe for threads.
public final class DeltaReceiver {
    private final ResourceListener listener;
    private final String nodeId;
    private final Map<String, Map<String, String>> versions = new HashMap<>();

    /// Starts with nothing known.
    ///
    /// @param nodeId tells the sender's logs who this is; identity comes from the certificate
    public DeltaReceiver(String nodeId, ResourceListener listener) {
        this.nodeId = nodeId;
        this.listener = listener;
    }

    /// Takes what was kept from an earlier life, so that only changes are sent.
    ///
    /// @param known wire names and versions
    public void restore(ResourceKind kind, Map<String, String> known) {
        versions.put(TypeUrls.of(kind), new HashMap<>(known));
    }

    /// The wire names and versions of what is known.
    public Map<String, String> known(ResourceKind kind) {
        return Map.copyOf(versions.getOrDefault(TypeUrls.of(kind), Map.of()));
    }

    /// The requests that open a stream.
    public List<DeltaDiscoveryRequest> open() {
        List<DeltaDiscoveryRequest> requests = new ArrayList<>();
        for (ResourceKind kind : ResourceKind.values()) {
            requests.add(subscription(TypeUrls.of(kind)));
        }
        versions.remove(TypeUrls.ORIGIN); // complete or not is a matter of the sender's present life
        requests.add(subscription(TypeUrls.ORIGIN));
        return requests;
    }

    private DeltaDiscoveryRequest subscription(String url) {
        return DeltaDiscoveryRequest.newBuilder()
                .setNode(Node.newBuilder().setId(nodeId))
                .setTypeUrl(url)
                .addResourceNamesSubscribe("*")
                .putAllInitialResourceVersions(versions.getOrDefault(url, Map.of()))
                .build();
    }

    /// Takes a response and returns its ACK or NACK.
    public DeltaDiscoveryRequest onResponse(DeltaDiscoveryResponse response) {
        DeltaDiscoveryRequest.Builder answer = DeltaDiscoveryRequest.newBuilder()
                .setTypeUrl(response.getTypeUrl())
                .setResponseNonce(response.getNonce());
        try {
            accept(response);
        } catch (ResourceProblem | IllegalArgumentException e) {
            answer.setErrorDetail(Status.newBuilder()
                    .setCode(Code.INVALID_ARGUMENT_VALUE)
                    .setMessage(String.valueOf(e.getMessage())));
        }
        return answer.build();
    }

    private void accept(DeltaDiscoveryResponse response) throws ResourceProblem {
        String url = response.getTypeUrl();
        if (url.equals(TypeUrls.ORIGIN)) {
            for (Resource resource : response.getResourcesList()) {
                listener.onComplete(new KubeClusterName(resource.getName()));
            }
            return;
        }
        Optional<ResourceKind> kind = TypeUrls.kind(url);
        if (kind.isEmpty()) {
            throw new ResourceProblem("unknown type URL '" + url + "'");
        }
        List<MeshResource> upserts = new ArrayList<>(response.getResourcesCount());
        for (Resource resource : response.getResourcesList()) {
            upserts.add(ResourceCodec.decode(
                    kind.get(), resource.getName(), resource.getResource().getValue()));
        }
        listener.onBatch(kind.get(), upserts, response.getRemovedResourcesList());
        Map<String, String> known = versions.computeIfAbsent(url, _ -> new HashMap<>());
        response.getResourcesList().forEach(resource -> known.put(resource.getName(), resource.getVersion()));
        response.getRemovedResourcesList().forEach(known::remove);
    }
}
