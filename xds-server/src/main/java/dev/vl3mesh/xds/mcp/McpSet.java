package dev.vl3mesh.xds.mcp;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import dev.vl3mesh.xds.encode.ResourceCodec;
import java.util.List;

/// All resources of one type.
///
/// @param version a hash of the content: equal sets have equal ones, whoever publishes them
public record McpSet(String version, List<Any> resources) {
    /// A type of which nothing is published.
    public static final McpSet EMPTY = of(List.of());

    /// Takes the resources in an order that is the same for equal ones.
    public static McpSet of(List<Any> resources) {
        ByteString whole =
                ByteString.copyFrom(resources.stream().map(Any::toByteString).toList());
        return new McpSet(ResourceCodec.version(whole), List.copyOf(resources));
    }
}
