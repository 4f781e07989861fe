package dev.vl3mesh.xds.encode;

import dev.vl3mesh.model.plan.ResourceKind;
import java.util.Optional;

/// The type URLs of our resources.
public final class TypeUrls {
    /// Says which origins are complete; sent after all that an origin has.
    public static final String ORIGIN = "type.googleapis.com/vl3mesh.v1.Origin";

    private TypeUrls() {}

    /// The URL of a kind.
    public static String of(ResourceKind kind) {
        return switch (kind) {
            case DOMAIN -> "type.googleapis.com/vl3mesh.v1.Domain";
            case NODE -> "type.googleapis.com/vl3mesh.v1.Node";
            case ATTACHMENT -> "type.googleapis.com/vl3mesh.v1.Attachment";
            case SERVICE -> "type.googleapis.com/vl3mesh.v1.Service";
            case VIRTUAL -> "type.googleapis.com/vl3mesh.v1.Virtual";
            case CONFIG -> "type.googleapis.com/vl3mesh.v1.Config";
            case VERDICT -> "type.googleapis.com/vl3mesh.v1.Verdict";
        };
    }

    /// The kind of a URL, or nothing where it is none of ours.
    public static Optional<ResourceKind> kind(String url) {
        for (ResourceKind kind : ResourceKind.values()) {
            if (of(kind).equals(url)) {
                return Optional.of(kind);
            }
        }
        return Optional.empty();
    }
}
