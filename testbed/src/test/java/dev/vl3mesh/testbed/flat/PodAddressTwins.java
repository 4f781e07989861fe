package dev.vl3mesh.testbed.flat;

import dev.vl3mesh.testbed.lab.Lab;
import dev.vl3mesh.testbed.lab.LabCluster;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/// Lets the next pods of every cluster's first node have the same addresses on `eth0`. Clusters count through equal
/// ranges anyway; this only sets their counters, which are files of the CNI plugin host-local, to one value.
final class PodAddressTwins {
    private static final String COUNTER = "/var/lib/cni/networks/pods/last_reserved_ip.0";
    private static final Pattern TAKEN = Pattern.compile("10\\.244\\.0\\.(\\d+)");
    private static final int LAST = 250;

    private PodAddressTwins() {}

    /// Finds so many successive addresses that nobody has in any cluster, and makes them the next ones.
    static void next(Lab lab, int count) {
        Set<Integer> taken = new TreeSet<>();
        for (LabCluster cluster : lab.clusters()) {
            Matcher matcher = TAKEN.matcher(cluster.exec(1, "ls", "/var/lib/cni/networks/pods"));
            while (matcher.find()) {
                taken.add(Integer.parseInt(matcher.group(1)));
            }
        }
        int before = IntStream.range(2, LAST - count)
                .filter(start -> IntStream.rangeClosed(start, start + count).noneMatch(taken::contains))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("no " + count + " addresses are free: " + taken));
        for (LabCluster cluster : lab.clusters()) {
            cluster.exec(1, "sh", "-c", "printf 10.244.0." + before + " >" + COUNTER);
        }
    }
}
