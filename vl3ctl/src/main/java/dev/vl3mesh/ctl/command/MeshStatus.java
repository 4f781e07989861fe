package dev.vl3mesh.ctl.command;

import java.util.ArrayList;
import java.util.List;

/// How a domain's mesh is in one cluster.
///
/// @param proxyImages of sidecars, as the domain wants them: that in force first, then the canary's
/// @param istiods the control planes; empty where the cluster is not the domain's home
/// @param sidecars of this cluster's pods
/// @param bare pods of this cluster that are in the domain and have no sidecar of it, `<namespace>/<pod>`: they
///     speak plaintext, and are no callers where mutual TLS is strict
/// @param refused what is written in this cluster and not in force
record MeshStatus(
        String domain,
        String cluster,
        String home,
        String revision,
        List<String> proxyImages,
        List<Istiod> istiods,
        List<Sidecar> sidecars,
        List<String> bare,
        List<Refused> refused) {
    /// A control plane.
    ///
    /// @param sidecars that are connected to it, in whatever cluster
    /// @param behind those of them that have not taken all that they were sent, `<pod>.<namespace>`
    record Istiod(String pod, boolean ready, int sidecars, List<String> behind) {}

    /// A pod's sidecar.
    ///
    /// @param ready whether it has its certificate and its configuration
    /// @param image that it runs, which may be that of a version before
    record Sidecar(String namespace, String pod, boolean ready, String image) {}

    /// Something that is written for the mesh and not in force.
    record Refused(String kind, String namespace, String name, String reason, String message) {}

    /// Whether the cluster is the domain's home.
    boolean atHome() {
        return cluster.equals(home);
    }

    /// Those that run another image than the domain wants: of pods that were there before an upgrade, or
    /// that ask for it.
    List<Sidecar> ofOtherImages() {
        return sidecars.stream()
                .filter(sidecar -> !proxyImages.contains(sidecar.image()))
                .toList();
    }

    /// What is not as it should be, in sentences.
    List<String> problems() {
        List<String> problems = new ArrayList<>();
        if (atHome() && istiods.stream().noneMatch(Istiod::ready)) {
            problems.add("no istiod of revision " + revision + " is ready: see vl3ctl istio-profile " + domain);
        }
        istiods.forEach(istiod -> istiod.behind()
                .forEach(proxy ->
                        problems.add("sidecar " + proxy + " has not taken all that " + istiod.pod() + " has sent")));
        sidecars.stream()
                .filter(sidecar -> !sidecar.ready())
                .forEach(sidecar -> problems.add("the sidecar of pod " + sidecar.namespace() + "/" + sidecar.pod()
                        + " is not ready: kubectl -n " + sidecar.namespace() + " logs " + sidecar.pod()
                        + " -c istio-proxy-"
                        + domain));
        refused.forEach(one -> problems.add(
                one.kind() + " " + one.namespace() + "/" + one.name() + " is not in force: " + one.message()));
        return List.copyOf(problems);
    }
}
