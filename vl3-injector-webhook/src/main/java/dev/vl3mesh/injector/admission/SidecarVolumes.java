package dev.vl3mesh.injector.admission;

import dev.vl3mesh.model.DomainName;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.VolumeMountBuilder;
import java.util.ArrayList;
import java.util.List;

/// What a domain's sidecar keeps, and where: volumes of its own. With volumes that two meshes share, one
/// would speak with the other's certificate.
///
/// @param domain whose sidecar it is
record SidecarVolumes(DomainName domain) {
    /// Of the annotation that holds what the sidecar knows the mesh by, followed by the domain's name.
    private static final String ROOT_PREFIX = "vl3mesh.dev/mesh-root-";
    /// Of the annotation that holds what the sidecar reads of annotations, followed by the domain's name.
    private static final String TOLD_PREFIX = "vl3mesh.dev/mesh-annotations-";

    private static final long TOKEN_SECONDS = 43_200;

    /// Of the annotation with the mesh's root.
    String rootAnnotation() {
        return ROOT_PREFIX + domain;
    }

    /// Of the annotation with the sidecar's annotations.
    String toldAnnotation() {
        return TOLD_PREFIX + domain;
    }

    private String volume(String what) {
        return "vl3-" + what + "-" + domain;
    }

    /// Where the sidecar has them.
    List<VolumeMount> mounts() {
        return List.of(
                mount("root", "/var/run/secrets/istio", true),
                mount("token", "/var/run/secrets/tokens", true),
                mount("podinfo", "/etc/istio/pod", true),
                mount("envoy", "/etc/istio/proxy", false),
                mount("state", "/var/lib/istio/data", false),
                mount("sds", "/var/run/secrets/workload-spiffe-uds", false),
                mount("certs", "/var/run/secrets/workload-spiffe-credentials", false),
                mount("credentials", "/var/run/secrets/credential-uds", false));
    }

    private VolumeMount mount(String what, String path, boolean readOnly) {
        return new VolumeMountBuilder()
                .withName(volume(what))
                .withMountPath(path)
                .withReadOnly(readOnly ? Boolean.TRUE : null)
                .build();
    }

    /// The volumes.
    List<Volume> volumes() {
        List<Volume> volumes = new ArrayList<>(List.of(
                new VolumeBuilder()
                        .withName(volume("root"))
                        .withNewDownwardAPI()
                        .addNewItem()
                        .withPath("root-cert.pem")
                        .withNewFieldRef()
                        .withApiVersion("v1")
                        .withFieldPath("metadata.annotations['" + rootAnnotation() + "']")
                        .endFieldRef()
                        .endItem()
                        .endDownwardAPI()
                        .build(),
                new VolumeBuilder()
                        .withName(volume("token"))
                        .withNewProjected()
                        .addNewSource()
                        .withNewServiceAccountToken(domain + ".vl3mesh.dev", TOKEN_SECONDS, "istio-token")
                        .endSource()
                        .endProjected()
                        .build(),
                new VolumeBuilder()
                        .withName(volume("podinfo"))
                        .withNewDownwardAPI()
                        .addNewItem()
                        .withPath("labels")
                        .withNewFieldRef()
                        .withApiVersion("v1")
                        .withFieldPath("metadata.labels")
                        .endFieldRef()
                        .endItem()
                        .addNewItem()
                        .withPath("annotations")
                        .withNewFieldRef()
                        .withApiVersion("v1")
                        .withFieldPath("metadata.annotations['" + toldAnnotation() + "']")
                        .endFieldRef()
                        .endItem()
                        .endDownwardAPI()
                        .build()));
        for (String what : List.of("envoy", "state", "sds", "certs", "credentials")) {
            volumes.add(new VolumeBuilder()
                    .withName(volume(what))
                    .withNewEmptyDir()
                    .withMedium(what.equals("envoy") ? "Memory" : null)
                    .endEmptyDir()
                    .build());
        }
        return volumes;
    }
}
