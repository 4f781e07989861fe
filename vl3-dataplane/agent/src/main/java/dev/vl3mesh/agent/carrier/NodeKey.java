package dev.vl3mesh.agent.carrier;

import dev.vl3mesh.model.KubeClusterName;
import dev.vl3mesh.model.NodeName;

/// A node among the nodes of all clusters.
public record NodeKey(KubeClusterName cluster, NodeName node) implements Comparable<NodeKey> {
    @Override
    public int compareTo(NodeKey other) {
        int byCluster = cluster.compareTo(other.cluster);
        return byCluster != 0 ? byCluster : node.compareTo(other.node);
    }

    @Override
    public String toString() {
        return cluster + "/" + node;
    }
}
