package dev.vl3mesh.bridge.serve;

import dev.vl3mesh.bridge.observe.NodeReports;
import dev.vl3mesh.bridge.observe.NodeReports.ReportedNode;
import dev.vl3mesh.xds.proto.v1.NodeReport;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// What a control plane shows of itself and its nodes: what agents saw, with its age, never what was configured.
///
/// @param members member clusters whose streams are open
public record ControlStatus(String cluster, boolean leading, List<String> members, Map<String, NodeView> nodes) {
    /// What a node reported.
    ///
    /// @param ageMillis since the report
    /// @param attached the number of attached pods
    /// @param problems of pods that could not be attached
    public record NodeView(
            long ageMillis,
            int attached,
            List<String> problems,
            List<PeerView> peers,
            Map<String, Long> drops,
            List<RoomView> rooms) {}

    /// A domain on a node.
    ///
    /// @param mtu bytes of an inner packet, as pods have it
    /// @param problem empty, or what is wrong with the underlay and what to do
    public record RoomView(String domain, int mtu, String problem) {}

    /// What a probe of another node saw.
    ///
    /// @param lossPermille of the last probes
    public record PeerView(
            String domain,
            String node,
            boolean reachable,
            long roundTripMicros,
            int pathMtu,
            long ageMillis,
            String carrier,
            boolean encrypted,
            int lossPermille) {}

    /// Gathers the present status.
    public static ControlStatus of(
            String cluster, boolean leading, BridgeHandlers handlers, NodeReports reports, Instant now) {
        Map<String, NodeView> nodes = new TreeMap<>();
        reports.reports().forEach((node, report) -> nodes.put(node.value(), view(report, now)));
        return new ControlStatus(
                cluster,
                leading,
                handlers.linked().stream().map(Object::toString).sorted().toList(),
                nodes);
    }

    private static NodeView view(ReportedNode reported, Instant now) {
        NodeReport report = reported.report();
        long age = Duration.between(reported.at(), now).toMillis();
        Map<String, Long> drops = new TreeMap<>();
        report.getDropsList().forEach(d -> drops.put(d.getDomain() + "/" + d.getReason(), d.getPackets()));
        return new NodeView(
                age,
                (int) report.getAttachedList().stream()
                        .filter(a -> a.getProblem().isEmpty())
                        .count(),
                report.getAttachedList().stream()
                        .map(NodeReport.AttachedPod::getProblem)
                        .filter(problem -> !problem.isEmpty())
                        .toList(),
                report.getProbesList().stream()
                        .map(p -> new PeerView(
                                p.getDomain(),
                                p.getCluster() + "/" + p.getNode(),
                                p.getReachable(),
                                p.getRoundTripMicros(),
                                p.getPathMtu(),
                                age + p.getAgeMillis(),
                                p.getCarrier(),
                                p.getEncrypted(),
                                p.getLossPermille()))
                        .toList(),
                drops,
                report.getRoomsList().stream()
                        .map(room -> new RoomView(room.getDomain(), room.getMtu(), room.getProblem()))
                        .toList());
    }
}
