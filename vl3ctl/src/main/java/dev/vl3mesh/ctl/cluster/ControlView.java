package dev.vl3mesh.ctl.cluster;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// What the leading control plane says of itself and its nodes, read through the API server's proxy: what agents saw,
/// with its age. Fields of newer control planes are ignored.
///
/// @param members the clusters whose streams are open
@JsonIgnoreProperties(ignoreUnknown = true)
public record ControlView(String cluster, boolean leading, List<String> members, Map<String, NodeView> nodes) {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    /// Fills in what may be absent.
    @SuppressWarnings("NullAway") // Jackson passes null for what is absent
    public ControlView {
        cluster = Objects.requireNonNullElse(cluster, "");
        members = members == null ? List.of() : List.copyOf(members);
        nodes = nodes == null ? Map.of() : Map.copyOf(nodes);
    }

    /// What a node's agent reported.
    ///
    /// @param ageMillis since the report
    /// @param attached the number of attached pods
    /// @param problems of pods that could not be attached
    /// @param drops packets by `<domain>/<reason>`
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record NodeView(
            long ageMillis,
            int attached,
            List<String> problems,
            List<PeerView> peers,
            Map<String, Long> drops,
            List<RoomView> rooms) {
        /// Fills in what may be absent.
        @SuppressWarnings("NullAway") // Jackson passes null for what is absent
        public NodeView {
            problems = problems == null ? List.of() : List.copyOf(problems);
            peers = peers == null ? List.of() : List.copyOf(peers);
            drops = drops == null ? Map.of() : Map.copyOf(drops);
            rooms = rooms == null ? List.of() : List.copyOf(rooms);
        }
    }

    /// A domain on a node.
    ///
    /// @param mtu bytes of an inner packet, as pods have it
    /// @param problem empty, or what is wrong with the underlay and what to do
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record RoomView(String domain, int mtu, String problem) {}

    /// What a probe of another node saw.
    ///
    /// @param node `<cluster>/<node>`
    /// @param pathMtu bytes of the largest inner packet that came back
    /// @param ageMillis since the probe was answered or given up
    /// @param lossPermille of the last probes
    @JsonIgnoreProperties(ignoreUnknown = true)
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

    /// Asks the leader.
    ///
    /// @throws CtlException if it does not answer, or what it says can't be read
    public static ControlView ask(Cluster cluster) {
        String path = "/api/v1/namespaces/" + cluster.systemNamespace() + "/services/vl3-control:http/proxy/status";
        try {
            String text = cluster.client().raw(path);
            if (text == null) {
                throw new CtlException("the control plane has no status: there is no Service vl3-control");
            }
            return parse(text);
        } catch (KubernetesClientException e) {
            throw new CtlException("the control plane does not answer: " + Failures.explain(e), e);
        }
    }

    static ControlView parse(String text) {
        try {
            return MAPPER.readValue(text, ControlView.class);
        } catch (JsonProcessingException e) {
            throw new CtlException("the control plane's status can't be read: " + e.getOriginalMessage(), e);
        }
    }
}
