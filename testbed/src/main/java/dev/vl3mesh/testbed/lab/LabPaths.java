package dev.vl3mesh.testbed.lab;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/// Where a lab finds its programs and images and keeps its state.
///
/// @param state everything that `down` deletes
/// @param logs the nodes' logs; kept by `down`
/// @param peers the folder with `bin` and `cni`
/// @param images folders of image archives
/// @param chart our Helm chart
public record LabPaths(Path state, Path logs, Path peers, List<Path> images, Path chart) {

    /// Reads VL3_STATE, VL3_CACHE, VL3_PEERS VL3_IMAGES and VL3_CHART, with the usual folders below the home folder
    /// as defaults.
    public static LabPaths of(Map<String, String> environment) {
        Path home = Path.of(environment.getOrDefault("HOME", "/root"));
        Path state = Path.of(environment.getOrDefault(
                "VL3_STATE", home.resolve(".local/state/vl3mesh").toString()));
        Path cache = Path.of(environment.getOrDefault(
                "VL3_CACHE", home.resolve(".cache/vl3mesh").toString()));
        Path peers = Path.of(environment.getOrDefault(
                "VL3_PEERS", cache.resolve("peers/current").toString()));
        String images = environment.getOrDefault(
                "VL3_IMAGES", cache.resolve("images/current") + ":" + cache.resolve("images/vl3mesh"));
        return new LabPaths(
                state.resolve("lab"),
                state.resolve("logs"),
                peers,
                Arrays.stream(images.split(":")).map(Path::of).toList(),
                Path.of(environment.getOrDefault("VL3_CHART", "../deploy/helm/vl3mesh")));
    }

    /// The same programs and images with another folder of state.
    LabPaths at(Path otherState) {
        return new LabPaths(otherState, otherState.resolveSibling("logs"), peers, images, chart);
    }

    /// The merged kubeconfig with a context for each cluster.
    public Path kubeconfig() {
        return state.resolve("kubeconfig");
    }

    /// Throws if a program that a node needs is not there.
    ///
    /// @throws LabException naming it, and how to get it
    public void check() {
        for (String program : List.of("kube", "containerd", "containerd-shim-runc-v2", "ctr", "coredns", "helm")) {
            if (!Files.isExecutable(peers.resolve("bin").resolve(program))) {
                throw new LabException(
                        peers.resolve("bin").resolve(program) + " is missing: run ./vl3 lab up, which builds it");
            }
        }
        for (String program : List.of("/usr/sbin/runc", "/usr/sbin/nft")) {
            if (!Files.isExecutable(Path.of(program))) {
                throw new LabException(
                        program + " is missing: apt-get install -y --no-install-recommends runc nftables");
            }
        }
    }
}
