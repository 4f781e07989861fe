package dev.vl3mesh.agent.observe;

import dev.vl3mesh.agent.attach.NodeStatus;
import dev.vl3mesh.agent.dns.DnsCounters;
import dev.vl3mesh.agent.nri.HookTimes;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;

/// Writes the agent's metrics in Prometheus' text format.
public final class MetricsText {
    private final NodeObserver observer;
    private final DnsCounters dns;
    private final HookTimes hookTimes;
    private final BooleanSupplier controlConnected;
    private final BooleanSupplier nriConnected;

    /// @param hookTimes how long the runtime had to wait
    /// @param controlConnected whether the stream to the control plane is open
    /// @param nriConnected whether the runtime tells of each sandbox
    public MetricsText(
            NodeObserver observer,
            DnsCounters dns,
            HookTimes hookTimes,
            BooleanSupplier controlConnected,
            BooleanSupplier nriConnected) {
        this.observer = observer;
        this.dns = dns;
        this.hookTimes = hookTimes;
        this.controlConnected = controlConnected;
        this.nriConnected = nriConnected;
    }

    /// Returns all metrics as they are now.
    public String write() {
        StringBuilder out = new StringBuilder(2048);
        NodeStatus status = observer.status();
        Map<String, Integer> attached = new TreeMap<>();
        Map<String, Integer> failed = new TreeMap<>();
        status.rooms().keySet().forEach(domain -> attached.put(domain.value(), 0));
        for (NodeStatus.Pod pod : status.pods()) {
            (pod.problem().isEmpty() ? attached : failed).merge(pod.domain().value(), 1, Integer::sum);
        }
        head(out, "vl3_attachments", "gauge", "Pods of this node that are attached.");
        attached.forEach((domain, count) -> sample(out, "vl3_attachments", "domain", domain, count));
        head(out, "vl3_attachments_failed", "gauge", "Pods of this node that could not be attached.");
        failed.forEach((domain, count) -> sample(out, "vl3_attachments_failed", "domain", domain, count));
        head(out, "vl3_mtu_bytes", "gauge", "Bytes of the largest packet inside the domain.");
        status.rooms().forEach((domain, room) -> sample(out, "vl3_mtu_bytes", "domain", domain.value(), room.mtu()));
        head(out, "vl3_drops_total", "counter", "Packets dropped by a domain's room, by reason.");
        observer.drops()
                .forEach((domain, counts) -> counts.forEach((reason, packets) -> out.append("vl3_drops_total{domain=\"")
                        .append(domain)
                        .append("\",reason=\"")
                        .append(reason.word())
                        .append("\"} ")
                        .append(packets)
                        .append('\n')));
        head(out, "vl3_dns_queries_total", "counter", "Questions to the domains' gateways, by how they ended.");
        for (DnsCounters.Outcome outcome : DnsCounters.Outcome.values()) {
            sample(
                    out,
                    "vl3_dns_queries_total",
                    "outcome",
                    outcome.name().toLowerCase(Locale.ROOT),
                    dns.count(outcome));
        }
        writeHookTimes(out);
        head(out, "vl3_control_connected", "gauge", "1 while the stream to the control plane is open.");
        out.append("vl3_control_connected ")
                .append(controlConnected.getAsBoolean() ? 1 : 0)
                .append('\n');
        head(out, "vl3_nri_connected", "gauge", "1 while the runtime tells of each new pod at once.");
        out.append("vl3_nri_connected ")
                .append(nriConnected.getAsBoolean() ? 1 : 0)
                .append('\n');
        return out.toString();
    }

    private void writeHookTimes(StringBuilder out) {
        String name = "vl3_pod_hook_seconds";
        head(out, name, "histogram", "How long the runtime waited for the agent as it started a pod.");
        Map<Double, Long> cumulative = hookTimes.cumulative();
        cumulative.forEach((bound, count) ->
                sample(out, name + "_bucket", "le", bound.isInfinite() ? "+Inf" : bound.toString(), count));
        out.append(name).append("_sum ").append(hookTimes.totalSeconds()).append('\n');
        out.append(name)
                .append("_count ")
                .append(cumulative.get(Double.POSITIVE_INFINITY))
                .append('\n');
    }

    private static void head(StringBuilder out, String name, String type, String help) {
        out.append("# HELP ").append(name).append(' ').append(help).append('\n');
        out.append("# TYPE ").append(name).append(' ').append(type).append('\n');
    }

    private static void sample(StringBuilder out, String name, String label, String value, long number) {
        out.append(name)
                .append('{')
                .append(label)
                .append("=\"")
                .append(value)
                .append("\"} ")
                .append(number)
                .append('\n');
    }
}
