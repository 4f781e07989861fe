package dev.vl3mesh.xds.istio;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.Message;
import com.google.protobuf.Timestamp;
import dev.vl3mesh.xds.encode.ResourceCodec;
import dev.vl3mesh.xds.istio.proto.McpMetadata;
import dev.vl3mesh.xds.istio.proto.McpResource;
import java.io.IOException;
import java.util.Map;

/// Wraps Istio's resources as istiod takes them over MCP.
final class McpResources {
    /// Istio lets the oldest of several win, and takes a missing time for 1970: any fixed time will do.
    static final long CREATED_SECONDS = 1_577_836_800;

    private McpResources() {}

    /// One of ours.
    static Any of(IstioKind kind, String namespace, String name, Message body) {
        return of(kind, namespace, name, Map.of(), body);
    }

    /// One of ours, with annotations.
    static Any of(IstioKind kind, String namespace, String name, Map<String, String> annotations, Message body) {
        return of(kind, namespace, name, CREATED_SECONDS, Map.of(), annotations, bytes(body));
    }

    /// One that a user has written.
    static Any of(
            IstioKind kind,
            String namespace,
            String name,
            long createdSeconds,
            Map<String, String> labels,
            Map<String, String> annotations,
            ByteString body) {
        McpMetadata metadata = McpMetadata.newBuilder()
                .setName(namespace + "/" + name)
                .setCreateTime(Timestamp.newBuilder().setSeconds(createdSeconds))
                .putAllLabels(labels)
                .putAllAnnotations(annotations)
                .build();
        McpResource resource = McpResource.newBuilder()
                .setMetadata(metadata.toBuilder()
                        .setVersion(ResourceCodec.version(bytes(metadata).concat(body))))
                .setBody(Any.newBuilder().setTypeUrl(kind.bodyUrl()).setValue(body))
                .build();
        return Any.newBuilder()
                .setTypeUrl(IstioKind.RESOURCE_URL)
                .setValue(bytes(resource))
                .build();
    }

    /// The same bytes for equal messages, maps included.
    static ByteString bytes(Message message) {
        ByteString.Output out = ByteString.newOutput(message.getSerializedSize());
        try {
            CodedOutputStream coded = CodedOutputStream.newInstance(out);
            coded.useDeterministicSerialization();
            message.writeTo(coded);
            coded.flush();
        } catch (IOException e) {
            throw new IllegalStateException("a buffer in memory can be written", e);
        }
        return out.toByteString();
    }
}
