package dev.vl3mesh.samples.bookinfo;

import java.net.URI;
import java.util.List;
import java.util.Map;

/// What one program is told by its arguments and its environment.
///
/// @param program one of the four names
/// @param port TCP port to listen on, 0 for any; `PORT`, default 9080
/// @param origin `CLUSTER`, `POD` (default: `HOSTNAME`) and `VERSION` (default: v1)
/// @param details `DETAILS_URL`
/// @param reviews `REVIEWS_URL`
/// @param ratings `RATINGS_URL`
record BookinfoConfig(String program, int port, Origin origin, URI details, URI reviews, URI ratings) {
    static final String PRODUCTPAGE = "productpage";
    static final String DETAILS = "details";
    static final String REVIEWS = "reviews";
    static final String RATINGS = "ratings";

    private static final List<String> PROGRAMS = List.of(PRODUCTPAGE, DETAILS, REVIEWS, RATINGS);
    private static final int PORT_MAX = 65_535;

    BookinfoConfig {
        if (!PROGRAMS.contains(program)) {
            throw new IllegalArgumentException("program '" + program + "' is none of " + String.join(", ", PROGRAMS));
        }
        if (port < 0 || port > PORT_MAX) {
            throw new IllegalArgumentException("PORT " + port + " is not in 0.." + PORT_MAX);
        }
    }

    /// Reads the configuration.
    ///
    /// @throws IllegalArgumentException naming the variable, and what it may be
    static BookinfoConfig of(String[] arguments, Map<String, String> environment) {
        if (arguments.length != 1) {
            throw new IllegalArgumentException("expects one argument: " + String.join(", ", PROGRAMS));
        }
        String cluster = environment.getOrDefault("CLUSTER", "");
        if (cluster.isEmpty()) {
            throw new IllegalArgumentException("CLUSTER is not set: the name of the cluster, shown on the page");
        }
        String pod = environment.getOrDefault("POD", environment.getOrDefault("HOSTNAME", arguments[0]));
        return new BookinfoConfig(
                arguments[0],
                port(environment.getOrDefault("PORT", "9080")),
                new Origin(cluster, pod, environment.getOrDefault("VERSION", "v1")),
                url(environment, "DETAILS_URL", "http://details:9080"),
                url(environment, "REVIEWS_URL", "http://reviews:9080"),
                url(environment, "RATINGS_URL", "http://ratings:9080"));
    }

    private static int port(String text) {
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("PORT '" + text + "' is not a number", e);
        }
    }

    private static URI url(Map<String, String> environment, String name, String usual) {
        URI url = URI.create(environment.getOrDefault(name, usual));
        if (!"http".equals(url.getScheme()) || url.getHost() == null) {
            throw new IllegalArgumentException(name + " '" + url + "' is not like " + usual);
        }
        return url;
    }
}
