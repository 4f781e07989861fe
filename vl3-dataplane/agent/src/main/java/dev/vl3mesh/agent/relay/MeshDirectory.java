package dev.vl3mesh.agent.relay;

import dev.vl3mesh.agent.carrier.NodeKey;
import dev.vl3mesh.agent.state.Change;
import dev.vl3mesh.model.DomainName;
import dev.vl3mesh.model.address.IpAddress;
import dev.vl3mesh.model.plan.MeshResource.AttachmentResource;
import dev.vl3mesh.model.plan.MeshResource.DomainResource;
import dev.vl3mesh.model.plan.MeshResource.IstioMesh;
import dev.vl3mesh.model.plan.MeshResource.ServiceEndpoint;
import dev.vl3mesh.model.plan.MeshResource.ServiceResource;
import dev.vl3mesh.model.plan.ResourceKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/// Which domains have a mesh, and where its control planes are. One thread writes, any may read.
public final class MeshDirectory {
    /// As the pods of Istio's chart, and its Service, are called.
    private static final String CONTROL_PLANE = "istiod-";

    private record Place(DomainName domain, IpAddress address) {}

    private final Map<DomainName, IstioMesh> meshes = new ConcurrentHashMap<>();
    private final Map<Place, NodeKey> nodes = new ConcurrentHashMap<>();
    private final Map<ResourceKey, ServiceResource> services = new ConcurrentHashMap<>();

    /// Takes changes. Called by the one writer.
    public void apply(List<Change> changes) {
        for (Change change : changes) {
            boolean gone = change.after() == null;
            switch (gone ? change.before() : change.after()) {
                case DomainResource domain -> define(domain, gone);
                case AttachmentResource pod
                when pod.pod().startsWith(CONTROL_PLANE) -> {
                    Place place = new Place(pod.domain(), pod.addresses().getFirst());
                    if (gone) {
                        nodes.remove(place);
                    } else {
                        nodes.put(place, new NodeKey(pod.origin(), pod.node()));
                    }
                }
                case ServiceResource service
                when service.name().startsWith(CONTROL_PLANE) -> {
                    if (gone) {
                        services.remove(change.key());
                    } else {
                        services.put(change.key(), service);
                    }
                }
                case null, default -> {}
            }
        }
    }

    private void define(DomainResource domain, boolean gone) {
        if (gone || domain.istio().isEmpty()) {
            meshes.remove(domain.domain());
        } else {
            meshes.put(domain.domain(), domain.istio().get());
        }
    }

    /// The mesh of a domain.
    Optional<IstioMesh> mesh(DomainName domain) {
        return Optional.ofNullable(meshes.get(domain));
    }

    /// The control planes of a domain that are ready, the canary's among them.
    List<ControlPlane> controlPlanes(DomainName domain) {
        IstioMesh mesh = meshes.get(domain);
        List<ControlPlane> found = new ArrayList<>();
        for (ServiceResource service : services.values()) {
            if (mesh == null
                    || !service.domain().equals(domain)
                    || !service.namespace().equals(mesh.namespace())
                    || !mesh.isControlPlane(service.name())) {
                continue;
            }
            for (ServiceEndpoint endpoint : service.endpoints()) {
                IpAddress address = endpoint.addresses().getFirst();
                NodeKey node = nodes.get(new Place(domain, address));
                if (endpoint.ready() && node != null) {
                    found.add(new ControlPlane(service.name(), address, node));
                }
            }
        }
        return found;
    }
}
