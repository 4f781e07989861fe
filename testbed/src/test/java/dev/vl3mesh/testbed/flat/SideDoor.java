package dev.vl3mesh.testbed.flat;

import dev.vl3mesh.testbed.fixture.Ran;
import dev.vl3mesh.testbed.fixture.TestPod;
import dev.vl3mesh.testbed.lab.Commands;
import dev.vl3mesh.testbed.lab.Lab;
import dev.vl3mesh.testbed.lab.LabCluster;
import dev.vl3mesh.testbed.lab.LabException;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.List;

/// Routes to a pod's addresses that go by its `eth0`: on a neighbour, on the nodes, on the internet. Linux takes
/// packets for any of its addresses on any interface, so each of these ways is open; to show it, the pod gets a guest
/// address that is no domain's, which everybody then reaches. Closing takes the routes away again.
final class SideDoor implements AutoCloseable {
    /// The guest addresses, on the pod's loopback interface.
    static final List<String> GUEST = List.of("192.0.2.77", "2001:db8:77:1::77");

    /// The cluster's network of pods has no IPv6, which would only make it easier.
    private static final String POD_6 = "2001:db8:77::2";

    private static final String NEIGHBOUR_6 = "2001:db8:77::3";
    private static final String NODE_6 = "2001:db8:77::1";

    private final Lab lab;
    private final LabCluster cluster;
    private final Deque<Runnable> undo = new ArrayDeque<>();

    /// Opens every way to a pod of a cluster's first node.
    ///
    /// @param neighbour another pod of this node
    /// @param addresses of the pod in its domain
    SideDoor(Lab lab, LabCluster cluster, TestPod pod, TestPod neighbour, Collection<String> addresses) {
        this.lab = lab;
        this.cluster = cluster;
        String eth0 = pod.eth0();
        must(
                pod,
                "ip address add " + GUEST.get(0) + "/32 dev lo && ip address add " + GUEST.get(1)
                        + "/128 dev lo && ip address add " + POD_6 + "/64 dev eth0 nodad && ip route add default via "
                        + NODE_6);
        must(neighbour, "ip address add " + NEIGHBOUR_6 + "/64 dev eth0 nodad");
        onNode("ip address add " + NODE_6 + "/64 dev cni0 nodad", "ip address delete " + NODE_6 + "/64 dev cni0");
        for (Collection<String> some : List.of(GUEST, addresses)) {
            for (String address : some) {
                boolean four = address.indexOf(':') < 0;
                String pods = address + " via " + (four ? eth0 : POD_6);
                must(neighbour, "ip route add " + pods + " dev eth0");
                onNode("ip route add " + pods + " dev cni0", "ip route delete " + address);
                String node = four ? cluster.node(1).address() : cluster.node(1).address6();
                onInternet("ip route add " + address + " via " + node, "ip route delete " + address);
            }
        }
    }

    private static void must(TestPod pod, String script) {
        Ran ran = pod.sh(script);
        if (!ran.ok()) {
            throw new LabException(pod + ": " + script + ": " + ran.all());
        }
    }

    private void onNode(String script, String later) {
        cluster.exec(1, "sh", "-c", script);
        undo.push(() -> cluster.exec(1, "sh", "-c", later));
    }

    private void onInternet(String script, String later) {
        Commands.Result result = lab.onInternet("sh", "-c", script);
        if (!result.ok()) {
            throw new LabException("internet: " + script + ": " + result.output());
        }
        undo.push(() -> lab.onInternet("sh", "-c", later));
    }

    @Override
    public void close() {
        undo.forEach(Runnable::run);
    }
}
