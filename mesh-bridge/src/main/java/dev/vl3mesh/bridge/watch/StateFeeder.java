package dev.vl3mesh.bridge.watch;

import dev.vl3mesh.api.v1alpha1.Attachment;
import dev.vl3mesh.api.v1alpha1.Domain;
import dev.vl3mesh.model.DomainName;
import dev.vl3mesh.model.KubeClusterName;
import dev.vl3mesh.model.NodeName;
import dev.vl3mesh.model.address.IpAddress;
import dev.vl3mesh.model.plan.ClusterState.AttachedPod;
import dev.vl3mesh.model.plan.ClusterState.KubeNode;
import dev.vl3mesh.model.plan.ConfigName;
import dev.vl3mesh.model.plan.IncrementalPlanner;
import dev.vl3mesh.model.plan.TunnelEnd;
import dev.vl3mesh.xds.encode.ConfigCodec;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Tells the planner of each changed object what it says now. Used by one thread.
public final class StateFeeder {
    private static final Logger LOG = LoggerFactory.getLogger(StateFeeder.class);

    private record Place(DomainName domain, IpAddress first) {}

    private final KubeClusterName cluster;
    private final ClusterView view;
    private final Function<NodeName, Map<DomainName, TunnelEnd>> tunnels;
    private final IncrementalPlanner planner;
    private final ConfigReader configs;
    private final Map<String, Place> places = new HashMap<>();
    private final Set<String> meshed = new HashSet<>();

    /// Feeds one planner from one cluster.
    ///
    /// @param tunnels the ends of encrypted carriers that a node was heard to have
    public StateFeeder(
            KubeClusterName cluster,
            ClusterView view,
            Function<NodeName, Map<DomainName, TunnelEnd>> tunnels,
            IncrementalPlanner planner) {
        this.cluster = cluster;
        this.view = view;
        this.tunnels = tunnels;
        this.planner = planner;
        this.configs = new ConfigReader(cluster, view);
    }

    /// Looks at what changed. An object that can't be understood is left as it was, and holds up no other.
    public void feed(Collection<Change> changes) {
        for (Change change : changes) {
            try {
                feed(change);
            } catch (IllegalArgumentException e) {
                LOG.warn("{} is left as it was: {}", change, e.getMessage());
            }
        }
    }

    private void feed(Change change) {
        switch (change) {
            case Change.OfDomain(String name) -> domain(name);
            case Change.OfAttachment(String name) -> attachment(name);
            case Change.OfPod(String uid, String _) ->
                view.attachmentsOfPod(uid)
                        .forEach(a -> attachment(a.getMetadata().getName()));
            case Change.OfNode(String name) -> node(new NodeName(name));
            case Change.OfService(String namespace, String name) ->
                planner.service(
                        namespace,
                        name,
                        view.service(namespace, name)
                                .flatMap(service -> StateReader.service(service, view.slicesOf(namespace, name))));
            case Change.OfConfig(ConfigName name) -> config(name);
            case Change.OfSurroundings() -> configs(); // a namespace may be in other domains now
            case Change.OfBlocks _ -> {
                // leases are not published
            }
        }
    }

    private void node(NodeName name) {
        planner.node(
                name,
                view.node(name.value())
                        .map(there -> new KubeNode(StateReader.internalAddresses(there), tunnels.apply(name)))
                        .orElse(KubeNode.GONE));
    }

    private void configs() {
        view.configs().forEach(this::config);
    }

    /// One that is too large is kept from the streams, which would be refused for it.
    private void config(ConfigName name) {
        planner.config(
                name,
                configs.read(name).filter(config -> config.spec().length() <= ConfigCodec.SPEC_MAX).stream()
                        .toList());
    }

    private void domain(String name) {
        Optional<Domain> domain = view.domain(name);
        planner.domain(new DomainName(name), domain.flatMap(there -> StateReader.domain(cluster, there)));
        boolean changed = domain.flatMap(StateReader::istio).isPresent() ? meshed.add(name) : meshed.remove(name);
        if (changed) {
            configs();
        }
    }

    private void attachment(String name) {
        Optional<Attachment> attachment = view.attachment(name);
        @Nullable Place before = places.get(name);
        if (attachment.isEmpty()) {
            if (before != null) {
                planner.pod(before.domain(), before.first(), Optional.empty());
                places.remove(name);
            }
            return;
        }
        Place place = new Place(
                new DomainName(attachment.get().getSpec().domain()),
                IpAddress.parse(attachment.get().getSpec().addresses().getFirst()));
        if (before != null && !before.equals(place)) {
            planner.pod(before.domain(), before.first(), Optional.empty()); // deleted and made anew between two looks
        }
        Optional<AttachedPod> pod = StateReader.attachedPod(attachment.get(), view::pod);
        planner.pod(place.domain(), place.first(), pod);
        places.put(name, place);
    }
}
