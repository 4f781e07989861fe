package dev.vl3mesh.bridge.watch;

import dev.vl3mesh.api.v1alpha1.AddressBlock;
import dev.vl3mesh.api.v1alpha1.Attachment;
import dev.vl3mesh.api.v1alpha1.Domain;
import dev.vl3mesh.api.v1alpha1.Invitation;
import dev.vl3mesh.api.v1alpha1.Link;
import dev.vl3mesh.model.join.Labels;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.util.List;
import java.util.stream.Stream;

/// Everything of Kubernetes that the control plane looks at, kept current by watches. Any change calls one
/// listener, which decides what to do about it.
public final class ClusterCache implements AutoCloseable {
    private final SharedIndexInformer<Domain> domains;
    private final SharedIndexInformer<Attachment> attachments;
    private final SharedIndexInformer<AddressBlock> blocks;
    private final SharedIndexInformer<Link> links;
    private final SharedIndexInformer<Invitation> invitations;
    private final SharedIndexInformer<Pod> pods;
    private final SharedIndexInformer<Node> nodes;
    private final SharedIndexInformer<Service> services;
    private final SharedIndexInformer<EndpointSlice> slices;

    /// Starts watching.
    ///
    /// @param onChange is called at each change, from any thread; must return at once
    public ClusterCache(KubernetesClient client, Runnable onChange) {
        Signal<HasMetadata> signal = new Signal<>(onChange);
        domains = client.resources(Domain.class).inform(signal.typed());
        attachments = client.resources(Attachment.class).inform(signal.typed());
        blocks = client.resources(AddressBlock.class).inform(signal.typed());
        links = client.resources(Link.class).inform(signal.typed());
        invitations = client.resources(Invitation.class).inform(signal.typed());
        pods = client.pods().inAnyNamespace().withLabel(Labels.ATTACHED, "true").inform(signal.typed());
        nodes = client.nodes().inform(signal.typed());
        services = client.services().inAnyNamespace().inform(signal.typed());
        slices = client.discovery().v1().endpointSlices().inAnyNamespace().inform(signal.typed());
    }

    private record Signal<T>(Runnable onChange) implements ResourceEventHandler<T> {
        @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"}) // the handler never looks at the object
        <R> ResourceEventHandler<R> typed() {
            return (ResourceEventHandler<R>) this;
        }

        @Override
        public void onAdd(T resource) {
            onChange.run();
        }

        @Override
        public void onUpdate(T before, T after) {
            onChange.run();
        }

        @Override
        public void onDelete(T resource, boolean stateUnknown) {
            onChange.run();
        }
    }

    /// Whether every watch has brought everything at least once.
    public boolean synced() {
        return Stream.of(domains, attachments, blocks, links, invitations, pods, nodes, services, slices)
                .allMatch(SharedIndexInformer::hasSynced);
    }

    /// All domains, copies of the home's included.
    public List<Domain> domains() {
        return domains.getStore().list();
    }

    /// A domain is somebody else's if it carries the home label.
    public static boolean isCopy(Domain domain) {
        return domain.getMetadata().getLabels() != null
                && domain.getMetadata().getLabels().containsKey(Labels.HOME);
    }

    /// All attachments of this cluster.
    public List<Attachment> attachments() {
        return attachments.getStore().list();
    }

    /// All known leases; at home, those of members too.
    public List<AddressBlock> blocks() {
        return blocks.getStore().list();
    }

    /// All links.
    public List<Link> links() {
        return links.getStore().list();
    }

    /// All invitations.
    public List<Invitation> invitations() {
        return invitations.getStore().list();
    }

    /// The pods that the webhook attached.
    public List<Pod> pods() {
        return pods.getStore().list();
    }

    /// All nodes.
    public List<Node> nodes() {
        return nodes.getStore().list();
    }

    /// All services.
    public List<Service> services() {
        return services.getStore().list();
    }

    /// All endpoint slices.
    public List<EndpointSlice> slices() {
        return slices.getStore().list();
    }

    @Override
    public void close() {
        Stream.of(domains, attachments, blocks, links, invitations, pods, nodes, services, slices)
                .forEach(SharedIndexInformer::close);
    }
}
