package dev.vl3mesh.samples.bookinfo;

import java.util.Map;
import java.util.Set;

/// A GET that a program got.
///
/// @param path without the query, such as `/reviews/0`
/// @param caller who calls, by the certificate that the mesh has seen; empty without a mesh
/// @param forwarded the headers that belong to the whole chain of calls, by lower-case name; a program hands
///     them on
record Call(String path, String caller, Map<String, String> forwarded) {
    /// Trace headers (W3C Trace Context, W3C Baggage, B3) and the header by which a mesh may route one user's
    /// calls.
    static final Set<String> FORWARDED = Set.of(
            "baggage",
            "traceparent",
            "tracestate",
            "b3",
            "x-b3-flags",
            "x-b3-parentspanid",
            "x-b3-sampled",
            "x-b3-spanid",
            "x-b3-traceid",
            "x-request-id",
            "end-user");

    Call {
        forwarded = Map.copyOf(forwarded);
    }

    /// The product in a path like `/reviews/0`, or nothing if the path is another one.
    String product(String program) {
        String prefix = "/" + program + "/";
        return path.startsWith(prefix) && path.indexOf('/', prefix.length()) < 0 ? path.substring(prefix.length()) : "";
    }
}
