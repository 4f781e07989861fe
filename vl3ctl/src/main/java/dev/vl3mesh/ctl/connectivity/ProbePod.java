package dev.vl3mesh.ctl.connectivity;

import dev.vl3mesh.ctl.cluster.Cluster;
import dev.vl3mesh.model.address.IpAddress;
import dev.vl3mesh.model.address.IpFamily;
import java.util.List;

/// A test pod that runs.
///
/// @param cluster where
/// @param clusterName its name among the clusters
/// @param node it runs on
/// @param pod its name
/// @param addresses in the domain; empty for the pod that stays outside
record ProbePod(Cluster cluster, String clusterName, String node, String pod, List<IpAddress> addresses) {
    /// For people.
    String title() {
        return clusterName + "/" + node;
    }

    /// The address of a family, `-` where there is none.
    String address(IpFamily family) {
        return addresses.stream()
                .filter(address -> address.family() == family)
                .map(IpAddress::toString)
                .findFirst()
                .orElse("-");
    }
}
