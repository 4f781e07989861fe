package dev.vl3mesh.xds.istio;

import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.vl3mesh.model.plan.MeshResource.ConfigResource;
import java.io.IOException;
import java.util.Optional;

/// The istiod of a domain, asked about its configuration.
public interface IstioPeer {
    /// Reads a `spec` as this istiod would.
    ///
    /// @throws InvalidProtocolBufferException if it has a field that this istiod does not know, or a bad value
    DynamicMessage parse(IstioKind kind, String spec) throws InvalidProtocolBufferException;

    /// What this istiod has against a configuration; nothing where it takes it.
    ///
    /// @throws IOException if it does not answer
    Optional<String> refusal(IstioKind kind, ConfigResource config) throws IOException;
}
