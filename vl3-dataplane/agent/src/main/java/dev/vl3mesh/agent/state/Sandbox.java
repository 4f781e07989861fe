package dev.vl3mesh.agent.state;

/// A pod's running sandbox on this node, with a network namespace of its own.
///
/// @param id the runtime's name for it; a pod that is sandboxed again gets another one
/// @param podUid the uid of the Pod object, the only thing that ties it to attachments
/// @param networkNamespace path of the namespace's file as the agent sees it, such as `/run/netns/cni-…`
/// @param expectsAttachment whether the pod's annotations speak of attachments. A hint for how long to
///     wait, nothing is ever granted on it
public record Sandbox(
        String id, String podUid, String namespace, String pod, String networkNamespace, boolean expectsAttachment) {

    /// Returns the path of a namespace file as it is mounted in the agent's container, where `/var/run` is
    /// not linked to `/run`.
    public static String mountedPath(String path) {
        return path.startsWith("/var/run/") ? path.substring("/var".length()) : path;
    }

    @Override
    public String toString() {
        return namespace + "/" + pod;
    }
}
