package dev.vl3mesh.agent.cri;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import java.util.Optional;

/// What a runtime's verbose sandbox status says about the sandbox's process. The text is the runtime's own,
/// not part of the CRI: containerd and CRI-O both give a process id and the OCI runtime specification.
///
/// @param pid the sandbox's process, 0 where it is dead or unknown
/// @param networkNamespace the path in the specification; empty for a host-network pod
record RuntimeInfo(long pid, Optional<String> networkNamespace) {

    /// Reads the JSON text under the key `info`; unknown or broken text gives what could be found.
    static RuntimeInfo parse(String json) {
        try {
            if (!(JsonParser.parseString(json) instanceof JsonObject info)) {
                return new RuntimeInfo(0, Optional.empty());
            }
            long pid = info.get("pid") instanceof JsonPrimitive e ? e.getAsLong() : 0;
            return new RuntimeInfo(pid, networkNamespace(info));
        } catch (JsonParseException | NumberFormatException e) {
            return new RuntimeInfo(0, Optional.empty());
        }
    }

    private static Optional<String> networkNamespace(JsonObject info) {
        if (info.get("runtimeSpec") instanceof JsonObject specification
                && specification.get("linux") instanceof JsonObject linux
                && linux.get("namespaces") instanceof JsonArray namespaces) {
            for (JsonElement element : namespaces) {
                if (element instanceof JsonObject namespace
                        && text(namespace, "type").equals("network")
                        && !text(namespace, "path").isEmpty()) {
                    return Optional.of(text(namespace, "path"));
                }
            }
        }
        return Optional.empty();
    }

    private static String text(JsonObject object, String key) {
        return object.get(key) instanceof JsonPrimitive e ? e.getAsString() : "";
    }
}
