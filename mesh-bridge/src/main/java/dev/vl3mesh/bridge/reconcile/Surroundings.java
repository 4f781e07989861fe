package dev.vl3mesh.bridge.reconcile;

import dev.vl3mesh.api.v1alpha1.Attachment;
import dev.vl3mesh.api.v1alpha1.Domain;
import dev.vl3mesh.bridge.watch.ClusterCache;
import dev.vl3mesh.bridge.watch.ClusterView;
import dev.vl3mesh.model.DomainName;
import dev.vl3mesh.model.address.IpAddress;
import dev.vl3mesh.model.address.IpPrefix;
import dev.vl3mesh.model.domain.DomainRules;
import dev.vl3mesh.model.domain.DomainRules.ClusterRange;
import dev.vl3mesh.model.domain.DomainRules.Held;
import dev.vl3mesh.model.domain.DomainRules.Neighbour;
import dev.vl3mesh.model.domain.DomainRules.Written;
import dev.vl3mesh.model.join.DomainSelection;
import dev.vl3mesh.model.join.Labels;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Node;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/// Gathers what the rules of domains need to know of this cluster. Costs all of it: asked only when a domain, or what
/// surrounds it, has changed.
final class Surroundings {
    private final ClusterView view;

    Surroundings(ClusterView view) {
        this.view = view;
    }

    /// Why a domain can't be in force here as its spec says.
    ///
    /// @param names the names of the attachments that the domain has in this cluster
    /// @param elsewhere addresses that its pods hold in other clusters
    List<String> refusals(Domain domain, Set<String> names, List<Held> elsewhere) {
        boolean copy = ClusterCache.isCopy(domain);
        List<Held> held = new ArrayList<>(elsewhere);
        if (!copy) { // a copy's prefixes were judged at home
            for (String name : names) {
                view.attachment(name).map(Surroundings::held).ifPresent(held::add);
            }
        }
        return DomainRules.refusals(
                new Written(
                        domain.getMetadata().getName(),
                        domain.getSpec().prefixes(),
                        domain.getSpec().carrier()),
                new DomainRules.Surroundings(copy ? List.of() : inForce(domain), ranges(), neighbours(domain), held));
    }

    private static Held held(Attachment attachment) {
        String pod =
                attachment.getStatus() == null ? null : attachment.getStatus().pod();
        return new Held(
                attachment.getSpec().addresses().stream().map(IpAddress::parse).toList(),
                pod == null
                        ? "attachment " + attachment.getMetadata().getName()
                        : "pod " + attachment.getSpec().namespace() + "/" + pod);
    }

    /// The prefixes that a domain goes by; none where it was never accepted.
    static List<IpPrefix> inForce(Domain domain) {
        return domain.prefixesInForce().stream().map(IpPrefix::parse).toList();
    }

    /// What the cluster's own addresses are.
    List<ClusterRange> ranges() {
        List<ClusterRange> ranges = new ArrayList<>();
        view.serviceRanges().forEach(prefix -> ranges.add(new ClusterRange(prefix, "the cluster's services")));
        Map<String, Node> nodes = new TreeMap<>();
        view.nodes().forEach(node -> nodes.put(node.getMetadata().getName(), node));
        nodes.forEach((name, node) -> nodeRanges(node).forEach(range -> ranges.add(range)));
        return ranges;
    }

    /// What a node makes unusable for domains.
    static List<ClusterRange> nodeRanges(Node node) {
        List<ClusterRange> ranges = new ArrayList<>();
        String name = node.getMetadata().getName();
        if (node.getSpec() != null && node.getSpec().getPodCIDRs() != null) {
            node.getSpec()
                    .getPodCIDRs()
                    .forEach(text -> ranges.add(new ClusterRange(IpPrefix.parse(text), "the pods of node " + name)));
        }
        if (node.getStatus() != null && node.getStatus().getAddresses() != null) {
            node.getStatus().getAddresses().stream()
                    .filter(address -> address.getType().equals("InternalIP"))
                    .forEach(address -> ranges.add(new ClusterRange(
                            IpAddress.parse(address.getAddress()).toPrefix(), "the address of node " + name)));
        }
        return ranges;
    }

    private List<Neighbour> neighbours(Domain domain) {
        String name = domain.getMetadata().getName();
        Map<String, String> meetings = new TreeMap<>();
        for (Namespace namespace : view.namespaces()) {
            String label = namespace.getMetadata().getLabels().get(Labels.DOMAINS);
            if (DomainSelection.of(null, label) instanceof DomainSelection.Joins joins) {
                List<String> names =
                        joins.domains().stream().map(DomainName::value).toList();
                if (names.contains(name)) {
                    names.forEach(other -> meetings.putIfAbsent(
                            other, "namespace " + namespace.getMetadata().getName()));
                }
            }
        }
        podMeetings(name).forEach(meetings::putIfAbsent);
        meetings.remove(name);
        List<Neighbour> neighbours = new ArrayList<>();
        meetings.forEach((other, where) -> {
            Optional<Domain> found = view.domain(other);
            found.filter(d -> !inForce(d).isEmpty())
                    .ifPresent(d -> neighbours.add(new Neighbour(new DomainName(other), inForce(d), where)));
        });
        return neighbours;
    }

    /// The domains that pods of a domain are in too, each with one of the pods.
    private Map<String, String> podMeetings(String domain) {
        Map<String, Set<String>> domainsOfPod = new HashMap<>();
        Map<String, String> podNames = new HashMap<>();
        for (Attachment attachment : view.attachments()) {
            if (attachment.getStatus() != null && attachment.getStatus().podUid() != null) {
                String uid = attachment.getStatus().podUid();
                domainsOfPod
                        .computeIfAbsent(uid, _ -> new HashSet<>(2))
                        .add(attachment.getSpec().domain());
                podNames.put(
                        uid,
                        "pod " + attachment.getSpec().namespace() + "/"
                                + attachment.getStatus().pod());
            }
        }
        Map<String, String> meetings = new TreeMap<>();
        domainsOfPod.forEach((uid, domains) -> {
            if (domains.contains(domain)) {
                domains.forEach(other -> meetings.merge(
                        other, Objects.requireNonNull(podNames.get(uid)), (a, b) -> a.compareTo(b) <= 0 ? a : b));
            }
        });
        return meetings;
    }
}
