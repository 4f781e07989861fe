package dev.vl3mesh.testbed.admission;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.vl3mesh.testbed.lab.LabCluster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Stream;

/// What service accounts have asked of an API server since it first started.
final class AuditLog {
    private static final ObjectMapper JSON = new ObjectMapper();

    private AuditLog() {}

    /// Something that was asked.
    ///
    /// @param account the service account's name
    /// @param namespace the object's, or empty for cluster-scoped objects and for all namespaces
    /// @param name the object's, or empty for lists and the like
    /// @param allowed whether the API server allowed it
    record Use(String account, Permission permission, String namespace, String name, boolean allowed) {
        /// The same, allowed.
        Use whenAllowed() {
            return new Use(account, permission, namespace, name, true);
        }
    }

    /// What the service accounts of a namespace have asked; each thing once.
    static Set<Use> uses(LabCluster cluster, String accountNamespace) throws IOException {
        String prefix = "system:serviceaccount:" + accountNamespace + ":";
        Set<Use> uses = new HashSet<>();
        for (Path log : cluster.auditLogs()) {
            try (Stream<String> lines = Files.lines(log)) {
                // most of the log is Kubernetes' own; a line that is being written has no end yet
                lines.filter(line -> line.contains("\"" + prefix) && line.endsWith("}"))
                        .forEach(line -> read(line, prefix, uses::add));
            }
        }
        return uses;
    }

    private static void read(String line, String prefix, Consumer<Use> found) {
        try {
            JsonNode event = JSON.readTree(line);
            String user = event.path("user").path("username").asText();
            JsonNode object = event.path("objectRef");
            if (!user.startsWith(prefix) || object.isMissingNode()) {
                return; // about an account, not by it; or /version and the like, which everybody may ask
            }
            String subresource = object.path("subresource").asText();
            found.accept(new Use(
                    user.substring(prefix.length()),
                    new Permission(
                            object.path("apiGroup").asText(),
                            object.path("resource").asText() + (subresource.isEmpty() ? "" : "/" + subresource),
                            event.path("verb").asText()),
                    object.path("namespace").asText(),
                    object.path("name").asText(),
                    event.path("annotations")
                            .path("authorization.k8s.io/decision")
                            .asText()
                            .equals("allow")));
        } catch (IOException e) {
            throw new IllegalStateException("the audit log has a line that is no JSON: " + line, e);
        }
    }

    /// The permissions in an order for reading.
    static Set<Permission> permissions(Stream<Use> uses) {
        Set<Permission> permissions = new TreeSet<>();
        uses.forEach(use -> permissions.add(use.permission()));
        return permissions;
    }
}
