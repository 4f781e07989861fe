package dev.vl3mesh.spire;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// Where a Workload API is reached (SPIFFE Workload Endpoint, 4).
///
/// @param socket absolute path of a unix socket
public record WorkloadEndpoint(Path socket) {
    /// The environment variable that names it, by that standard.
    public static final String VARIABLE = "SPIFFE_ENDPOINT_SOCKET";

    /// Parses `unix:///run/spire/agent.sock`.
    ///
    /// @throws IllegalArgumentException if it is anything else, with what to write instead
    public static WorkloadEndpoint parse(String text) {
        try {
            URI uri = new URI(text);
            boolean unix = "unix".equals(uri.getScheme())
                    && uri.getRawAuthority() == null
                    && uri.getRawQuery() == null
                    && uri.getRawFragment() == null;
            if (unix && uri.getPath() != null && uri.getPath().length() > 1) {
                return new WorkloadEndpoint(Path.of(uri.getPath()));
            }
        } catch (URISyntaxException e) {
            throw refused(text, e);
        }
        throw refused(text, null);
    }

    private static IllegalArgumentException refused(String text, @Nullable Exception cause) {
        return new IllegalArgumentException(
                VARIABLE + "=" + text + " is not the path of a unix socket, such as unix:///run/spire/agent.sock",
                cause);
    }

    @Override
    public String toString() {
        return "unix://" + socket;
    }
}
