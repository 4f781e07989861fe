package dev.vl3mesh.bench.plan;

import dev.vl3mesh.model.Carrier;
import dev.vl3mesh.model.DomainName;
import dev.vl3mesh.model.KubeClusterName;
import dev.vl3mesh.model.NodeName;
import dev.vl3mesh.model.address.AddressPlan;
import dev.vl3mesh.model.address.IpAddress;
import dev.vl3mesh.model.address.IpPrefix;
import dev.vl3mesh.model.plan.ClusterState.AttachedPod;
import dev.vl3mesh.model.plan.ClusterState.KubeEndpoint;
import dev.vl3mesh.model.plan.ClusterState.KubeNode;
import dev.vl3mesh.model.plan.ClusterState.KubeService;
import dev.vl3mesh.model.plan.IncrementalPlanner;
import dev.vl3mesh.model.plan.MeshResource;
import dev.vl3mesh.model.plan.MeshResource.DomainResource;
import dev.vl3mesh.model.plan.MeshResource.ServicePort;
import dev.vl3mesh.model.plan.ResourceKey;
import dev.vl3mesh.model.plan.ResourceKind;
import dev.vl3mesh.xds.ResourceStore;
import dev.vl3mesh.xds.View;
import dev.vl3mesh.xds.encode.TypeUrls;
import dev.vl3mesh.xds.stream.DeltaSender;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The home's control plane as it is with many clusters: its own planner, the store with what all clusters publish,
/// and a stream to each member.
final class Mesh {
    /// Pods of a service, whatever the size of the mesh.
    private static final int SERVICE_PODS = 10;
    private static final int NODE_PODS = 50;

    private static final DomainName RED = new DomainName("red");
    private static final AddressPlan PLAN =
            AddressPlan.of(List.of(IpPrefix.parse("10.0.0.0/8"), IpPrefix.parse("fd00:16::/48")));

    private final int podsPerCluster;
    private final ResourceStore store = new ResourceStore();
    private final List<DeltaSender> members = new ArrayList<>();
    private final List<IncrementalPlanner> planners = new ArrayList<>();
    private long bytesSent;

    /// Makes a mesh whose members know everything.
    Mesh(int clusters, int podsPerCluster) {
        this.podsPerCluster = podsPerCluster;
        for (int i = 0; i < clusters; i++) {
            IncrementalPlanner planner = new IncrementalPlanner(cluster(i));
            fill(planner, i);
            store.apply(cluster(i), planner.take());
            store.complete(cluster(i));
            planners.add(planner);
        }
        for (int i = 1; i < clusters; i++) {
            DeltaSender sender = new DeltaSender(store, new View.OfCluster(cluster(0), cluster(i), _ -> true));
            for (ResourceKind kind : ResourceKind.values()) {
                sender.onRequest(DeltaDiscoveryRequest.newBuilder()
                        .setTypeUrl(TypeUrls.of(kind))
                        .build());
            }
            sender.onRequest(DeltaDiscoveryRequest.newBuilder()
                    .setTypeUrl(TypeUrls.ORIGIN)
                    .build());
            drain(sender);
            store.listen(new ResourceStore.Listener() {
                @Override
                public void changed(Collection<ResourceKey> keys) {
                    sender.onChange(keys);
                }

                @Override
                public void completed(KubeClusterName origin) {
                    // all are, before anybody listens
                }
            });
            members.add(sender);
        }
    }

    private static KubeClusterName cluster(int number) {
        return new KubeClusterName("cluster-" + number);
    }

    private void fill(IncrementalPlanner planner, int cluster) {
        if (cluster == 0) {
            planner.domain(
                    RED, Optional.of(new DomainResource(cluster(0), RED, PLAN.prefixes(), 4711, 0, 0, Carrier.VXLAN)));
        }
        for (int node = 0; node <= podsPerCluster / NODE_PODS; node++) {
            List<IpAddress> outer = List.of(IpAddress.parse("192.0.2." + (1 + node % 250)));
            planner.node(new NodeName("node-" + node), new KubeNode(outer, Map.of()));
        }
        for (int pod = 0; pod < podsPerCluster; pod++) {
            AttachedPod attached = pod(cluster, pod, true);
            planner.pod(RED, attached.addresses().getFirst(), Optional.of(attached));
            if (pod % SERVICE_PODS == 0) {
                planner.service("shop", "svc-" + pod / SERVICE_PODS, Optional.of(service(cluster, pod)));
            }
        }
    }

    private KubeService service(int cluster, int firstPod) {
        List<KubeEndpoint> endpoints = new ArrayList<>();
        for (int pod = firstPod; pod < Math.min(firstPod + SERVICE_PODS, podsPerCluster); pod++) {
            endpoints.add(new KubeEndpoint(uid(cluster, pod), Optional.empty(), true));
        }
        return new KubeService(
                "shop",
                "svc-" + firstPod / SERVICE_PODS,
                false,
                List.of(new ServicePort("http", "TCP", 80, 8080)),
                endpoints);
    }

    private static String uid(int cluster, int pod) {
        return "00000000-0000-0000-%04d-%012d".formatted(cluster, pod);
    }

    private AttachedPod pod(int cluster, int pod, boolean ready) {
        int index = 64 + cluster * podsPerCluster + pod;
        return new AttachedPod(
                RED,
                PLAN.addresses(index),
                "shop",
                "web-%d-%d".formatted(cluster, pod),
                uid(cluster, pod),
                new NodeName("node-" + pod / NODE_PODS),
                "web",
                ready);
    }

    /// One pod of the home becomes ready or unready: plans it, stores it, and encodes it for every member.
    ///
    /// @return the number of bytes that go to members
    long change(int number) {
        int pod = number % podsPerCluster;
        AttachedPod changed = pod(0, pod, (number / podsPerCluster) % 2 == 1);
        planners.getFirst().pod(RED, changed.addresses().getFirst(), Optional.of(changed));
        long before = bytesSent;
        store.apply(cluster(0), planners.getFirst().take());
        members.forEach(this::drain);
        return bytesSent - before;
    }

    private void drain(DeltaSender sender) {
        for (var response = sender.poll(); response.isPresent(); response = sender.poll()) {
            DeltaDiscoveryResponse sent = response.get();
            bytesSent += sent.getSerializedSize();
            sender.onRequest(DeltaDiscoveryRequest.newBuilder()
                    .setTypeUrl(sent.getTypeUrl())
                    .setResponseNonce(sent.getNonce())
                    .build());
        }
    }

    /// The number of resources in the store.
    int resources() {
        int count = 0;
        for (int i = 0; i < planners.size(); i++) {
            List<MeshResource> of = store.of(cluster(i));
            count += of.size();
        }
        return count;
    }
}
