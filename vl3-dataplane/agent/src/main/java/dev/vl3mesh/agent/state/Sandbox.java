package dev.vl3mesh.agent.state;

import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import dev.vl3mesh.model.DomainName;
import java.util.Set;
import java.util.TreeSet;

/// A pod's running sandbox on this node, with a network namespace of its own.
///
/// @param id the runtime's name for it; a pod that is sandboxed again gets another one
/// @param podUid the uid of the Pod object, the only thing that ties it to attachments
/// @param networkNamespace path of the namespace's file as the agent sees it, such as `/run/netns/cni-…`
/// @param expected the domains that the pod's annotation speaks of. A hint for how long to wait; nothing is
///     ever granted on it
public record Sandbox(
        String id, String podUid, String namespace, String pod, String networkNamespace, Set<DomainName> expected) {

    /// Makes an immutable copy of the expected domains.
    public Sandbox {
        expected = Set.copyOf(expected);
    }

    /// Returns the path of a namespace file as it is mounted in the agent's container, where `/var/run` is
    /// not linked to `/run`.
    public static String mountedPath(String path) {
        return path.startsWith("/var/run/") ? path.substring("/var".length()) : path;
    }

    /// Returns the domains in the text of the attachments annotation; none where it makes no sense.
    public static Set<DomainName> expectedBy(String annotation) {
        Set<DomainName> domains = new TreeSet<>();
        try {
            if (JsonParser.parseString(annotation) instanceof JsonObject attachments) {
                attachments.keySet().forEach(name -> domains.add(new DomainName(name)));
            }
        } catch (JsonParseException | IllegalArgumentException e) {
            return Set.of();
        }
        return domains;
    }

    @Override
    public String toString() {
        return namespace + "/" + pod;
    }
}
