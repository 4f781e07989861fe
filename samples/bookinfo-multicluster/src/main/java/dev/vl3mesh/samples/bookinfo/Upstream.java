package dev.vl3mesh.samples.bookinfo;

/// Another program, asked by this one.
interface Upstream {
    /// Asks for a path on behalf of a call.
    ///
    /// @throws UpstreamException if there is no good answer in time
    Json get(String path, Call onBehalfOf);
}
