package dev.vl3mesh.testbed.lab;

import java.util.List;
import java.util.stream.IntStream;

/// Names and addresses of a lab: pure, and the same at every call.
///
/// @param lab the lab's id, a prefix of all that it makes on the machine; at most 5 characters because link names take
/// 15
public record Topology(String lab, List<ClusterPlan> clusters) {
    /// The names of clusters in order; the first is home.
    public static final List<String> CLUSTER_NAMES = List.of("east", "west", "north", "south");
    /// Equal in all clusters, on purpose.
    public static final String POD_CIDR = "10.244.0.0/16";
    /// Equal in all clusters, on purpose.
    public static final String SERVICE_CIDR = "10.96.0.0/16";

    /// The host's end of the link over which clients on the host reach the API servers, and the lab's end.
    static final String HOST_MGMT = "198.18.255.1";

    static final String INET_MGMT = "198.18.255.2";

    /// Benchmarking addresses (RFC 2544), which no machine's own network should have; the documentation prefixes are
    /// used by some.
    static final String LAB_NETWORKS = "198.18.0.0/15";

    private static final List<String> NODE_NETWORKS = List.of("198.18.1", "198.18.2", "198.18.3", "198.18.4");

    /// A cluster to be.
    ///
    /// @param index 0 for home
    public record ClusterPlan(String lab, String name, int index, List<NodePlan> nodes) {
        /// The router's address in the cluster's node network.
        String gateway() {
            return NODE_NETWORKS.get(index) + ".1";
        }

        /// The router's IPv6 address in the cluster's node network.
        String gateway6() {
            return "2001:db8:" + (index + 1) + "::1";
        }

        /// The cluster's node network.
        String nodeNetwork() {
            return NODE_NETWORKS.get(index) + ".0/24";
        }

        /// The cluster's bridge in the internet namespace.
        String bridge() {
            return "br-" + name;
        }

        /// The URL of the API server.
        public String apiServer() {
            return "https://" + nodes.getFirst().address() + ":6443";
        }
    }

    /// A node to be.
    ///
    /// @param number from 1; the first runs the control plane
    public record NodePlan(String lab, String cluster, int clusterIndex, int number) {
        /// The node's name, unique in the lab.
        public String name() {
            return cluster + "-" + number;
        }

        /// The node's address on the internet.
        public String address() {
            return NODE_NETWORKS.get(clusterIndex) + "." + (10 + number);
        }

        /// The node's IPv6 address on the internet.
        public String address6() {
            return "2001:db8:" + (clusterIndex + 1) + "::" + (10 + number);
        }

        /// The node's network namespace.
        public String netns() {
            return lab + "-" + name();
        }

        /// The addresses of the node's pods.
        String podCidr() {
            return "10.244." + (number - 1) + ".0/24";
        }
    }

    /// Plans a lab.
    ///
    /// @throws LabException if there are no names for so many clusters, or no room for so many nodes
    public static Topology of(String lab, int clusters, int nodes) {
        if (clusters < 1 || clusters > CLUSTER_NAMES.size() || nodes < 1 || nodes > 5) {
            throw new LabException("a lab has 1 to " + CLUSTER_NAMES.size() + " clusters of 1 to 5 nodes, not "
                    + clusters + " of " + nodes);
        }
        return new Topology(
                lab,
                IntStream.range(0, clusters)
                        .mapToObj(i -> new ClusterPlan(
                                lab,
                                CLUSTER_NAMES.get(i),
                                i,
                                IntStream.rangeClosed(1, nodes)
                                        .mapToObj(n -> new NodePlan(lab, CLUSTER_NAMES.get(i), i, n))
                                        .toList()))
                        .toList());
    }

    /// The namespace of the "internet".
    public String inet() {
        return lab + "-inet";
    }

    /// All nodes of all clusters.
    public List<NodePlan> nodes() {
        return clusters.stream().flatMap(c -> c.nodes().stream()).toList();
    }
}
