package dev.vl3mesh.samples.bookinfo;

/// Where an answer was made.
///
/// @param cluster the name of the Kubernetes cluster
/// @param pod the name of the pod
/// @param version of the program, such as `v2`
record Origin(String cluster, String pod, String version) {

    Json json() {
        return Json.object()
                .with("cluster", cluster)
                .with("pod", pod)
                .with("version", version)
                .done();
    }

    /// Reads what [#json] has written.
    ///
    /// @throws JsonException if it is anything else
    static Origin of(Json json) {
        return new Origin(
                json.field("cluster").text(),
                json.field("pod").text(),
                json.field("version").text());
    }
}
