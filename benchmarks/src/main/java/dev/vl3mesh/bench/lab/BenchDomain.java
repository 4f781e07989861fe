package dev.vl3mesh.bench.lab;

import dev.vl3mesh.api.v1alpha1.Domain;
import dev.vl3mesh.testbed.istio.IstioInstallation;
import dev.vl3mesh.testbed.lab.Lab;
import io.fabric8.kubernetes.client.KubernetesClient;

/// A domain with a mesh, and the control plane of it.
final class BenchDomain {
    private BenchDomain() {}

    /// Makes it, and waits until the control plane is ready.
    ///
    /// @param number of its prefixes, `172.<number>.0.0/16` and `fd00:<number>::/48`
    /// @param undo takes it away again
    static void make(Lab lab, IstioInstallation istio, String name, int number, Undo undo) {
        try (KubernetesClient client = lab.clusters().getFirst().client()) {
            client.resource(MeshSide.text("mesh-domain.yaml")
                            .replace("${name}", name)
                            .replace("${number}", Integer.toString(number)))
                    .create();
        }
        undo.later(() -> {
            try (KubernetesClient client = lab.clusters().getFirst().client()) {
                client.resources(Domain.class).withName(name).delete();
            }
        });
        undo.later(() -> istio.uninstall("vl3-" + name, name));
        istio.install(name, "vl3-" + name, name);
    }
}
