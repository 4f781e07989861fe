package dev.vl3mesh.testbed.lab;

import java.nio.file.Path;
import java.util.List;

/// Something that has Kubernetes clusters to test on: the lab of this module, or another one later.
public interface ClusterProvider {
    /// The clusters that are up; the first is home.
    List<? extends Cluster> clusters();

    /// A Kubernetes cluster.
    interface Cluster {
        /// Its name and its context's in the kubeconfig.
        String name();

        /// A kubeconfig, as text, whose only context is this cluster.
        String kubeconfig();

        /// The address and port, reachable from the other clusters' nodes, of a node port of this cluster.
        String nodePort(int port);

        /// Makes images, docker archives, known on all nodes.
        void load(List<Path> archives);
    }
}
