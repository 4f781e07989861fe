package dev.vl3mesh.model.plan;

import java.util.Base64;

/// A node's end of a domain's encrypted carrier, as the node itself says it.
///
/// @param publicKey WireGuard's, in Base64 as its tools write keys
/// @param port UDP, 1 to 65535, on the node's outer addresses
public record TunnelEnd(String publicKey, int port) {
    private static final int KEY_BYTES = 32;
    private static final int PORT_MAX = 65_535;

    /// Checks both.
    ///
    /// @throws IllegalArgumentException if the key has not 32 bytes, or the port is none
    public TunnelEnd {
        if (Base64.getDecoder().decode(publicKey).length != KEY_BYTES) {
            throw new IllegalArgumentException("'" + publicKey + "' is no key of " + KEY_BYTES + " bytes in Base64");
        }
        if (port < 1 || port > PORT_MAX) {
            throw new IllegalArgumentException("port " + port + " is not in 1.." + PORT_MAX);
        }
    }
}
