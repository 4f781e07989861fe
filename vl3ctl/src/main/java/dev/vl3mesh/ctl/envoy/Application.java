package dev.vl3mesh.ctl.envoy;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The application beside a sidecar, as the sidecar finds it.
public final class Application {
    /// Istio's name of what a sidecar has behind it: `inbound|<port>||`.
    private static final Pattern INBOUND = Pattern.compile("inbound\\|(\\d+)\\|.*");

    private Application() {}

    /// The ports at which it has refused every connection that its sidecar opened, of those that were tried: as one
    /// does that listens on 127.0.0.1 alone, for sidecars come to the pod's own address.
    ///
    /// @param clusters answer to `/clusters?format=json`
    public static List<Integer> deafPorts(JsonNode clusters) {
        List<Integer> deaf = new ArrayList<>();
        for (JsonNode cluster : clusters.path("cluster_statuses")) {
            Matcher name = INBOUND.matcher(cluster.path("name").asText());
            if (name.matches()) {
                long tried = 0;
                long failed = 0;
                for (JsonNode host : cluster.path("host_statuses")) {
                    tried += stat(host, "cx_total");
                    failed += stat(host, "cx_connect_fail");
                }
                if (failed > 0 && failed >= tried) {
                    deaf.add(Integer.valueOf(name.group(1)));
                }
            }
        }
        return List.copyOf(deaf);
    }

    /// What to do about such a port.
    public static String remedy(int port) {
        return "the application refuses its sidecar at port " + port
                + ": it has to listen on 0.0.0.0 or ::, or on the pod's address, and not on 127.0.0.1 alone";
    }

    private static long stat(JsonNode host, String name) {
        for (JsonNode stat : host.path("stats")) {
            if (stat.path("name").asText().equals(name)) {
                return stat.path("value").asLong(); // absent where it is 0
            }
        }
        return 0;
    }
}
