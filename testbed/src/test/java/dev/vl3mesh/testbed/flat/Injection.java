package dev.vl3mesh.testbed.flat;

import dev.vl3mesh.testbed.lab.Commands;
import dev.vl3mesh.testbed.lab.Lab;
import dev.vl3mesh.testbed.lab.LabCluster;
import dev.vl3mesh.testbed.lab.LabException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Somebody on the internet who sends a domain's VXLAN packets to a node's UDP port and is no node.
final class Injection {
    private static final Pattern HARDWARE_ADDRESS = Pattern.compile("link/ether ([0-9a-f:]+)");
    private static final int PORT = 4790;

    private final Lab lab;
    private final LabCluster target;

    Injection(Lab lab, LabCluster target) {
        this.lab = lab;
        this.target = target;
    }

    /// Sends three echo requests to the target's first node.
    ///
    /// @param vni the identifier that the packets carry
    /// @param room the name of the room whose Ethernet address they are for
    /// @param from their source inside
    /// @param to their destination inside
    void send(int vni, String room, String from, String to) {
        Matcher link = HARDWARE_ADDRESS.matcher(target.exec(1, "ip", "-n", room, "link", "show", "vxlan4"));
        if (!link.find()) {
            throw new LabException("room " + room + " of " + target.name() + " has no vxlan4");
        }
        String bits = to.indexOf(':') < 0 ? "/32" : "/128";
        must("ip link add inject type vxlan id " + vni + " remote "
                + target.node(1).address() + " dstport " + PORT + " nolearning");
        try {
            must("ip link set inject up && ip address add " + from + bits + " dev inject "
                    + (bits.equals("/128") ? "nodad" : "") + " && ip route add " + to
                    + " dev inject && ip neighbour add "
                    + to + " lladdr " + link.group(1) + " dev inject");
            // answers go to whom the source belongs: whether one comes says nothing, so the pod is asked instead
            lab.onInternet("ping", "-n", "-q", "-c", "3", "-i", "0.2", "-W", "1", "-I", from, to);
        } finally {
            must("ip link delete inject");
        }
    }

    private void must(String script) {
        Commands.Result result = lab.onInternet("sh", "-c", script);
        if (!result.ok()) {
            throw new LabException("internet: " + script + ": " + result.output());
        }
    }
}
