package dev.vl3mesh.testbed.istio;

import dev.vl3mesh.testbed.lab.Commands;
import dev.vl3mesh.testbed.lab.Kubectl;
import dev.vl3mesh.testbed.lab.Lab;
import dev.vl3mesh.testbed.lab.LabException;
import dev.vl3mesh.testbed.lab.LabPaths;
import dev.vl3mesh.testbed.lab.Membership;
import dev.vl3mesh.testbed.lab.Progress;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// Installs the control plane of a domain's mesh as an operator would: Istio's own charts by the real helm,
/// with the values that vl3ctl prints.
public final class IstioInstallation {
    private static final String BASE_NAMESPACE = "istio-system";
    private static final String LOCAL = "istiod";
    /// Kubernetes' own controllers back off while an API server is away, and some minutes more.
    private static final int GONE_SECONDS = 300;

    private static final int LOOK_MILLIS = 300;

    private final LabPaths paths;
    private final Commands commands;
    private final Kubectl kubectl;
    private final Membership membership;
    private final Lab lab;
    private final String home;
    private final IstioVersion version;

    /// Installs in the lab's first cluster.
    public IstioInstallation(Lab lab, Progress progress) {
        this(lab, lab.clusters().getFirst().name(), IstioVersion.NEWEST, progress);
    }

    /// Installs in the cluster that is the home of the domains in question.
    public IstioInstallation(Lab lab, String home, IstioVersion version, Progress progress) {
        this.version = version;
        this.paths = LabPaths.of(System.getenv());
        this.commands = new Commands(progress);
        this.kubectl = new Kubectl(paths, commands);
        this.membership = new Membership(lab.kubeconfig(), progress);
        this.lab = lab;
        this.home = home;
    }

    /// Installs the control plane of a domain, and waits until it is ready.
    ///
    /// @param namespace where the domain wants it
    /// @param revision that the domain names
    public void install(String domain, String namespace, String revision) {
        List<Path> images = images();
        lab.clusters().forEach(cluster -> cluster.load(images));
        // users write Istio's resources next to their workloads, in any cluster
        lab.clusters()
                .forEach(cluster -> helm(
                        cluster.name(),
                        "istio-base",
                        BASE_NAMESPACE,
                        "istio/base",
                        "--set",
                        "global.resourceScope=cluster,defaultRevision="));
        control(domain, namespace, revision);
    }

    /// Installs the control plane of a domain's canary beside it, and waits until it is ready.
    ///
    /// @param revision of the canary
    public void installCanary(String domain, String namespace, String revision) {
        control(domain, namespace, revision, "--canary");
    }

    private void control(String domain, String namespace, String revision, String... options) {
        Path values = write(revision + "-values.yaml", profile(domain, options));
        Path access = write(
                revision + "-access.yaml",
                profile(
                        domain,
                        Stream.concat(Arrays.stream(options), Stream.of("--access"))
                                .toArray(String[]::new)));
        Path inLab = write("lab-values.yaml", resource("lab-values.yaml"));
        kubectl.apply(home, access);
        helm(
                home,
                "istiod-" + revision,
                namespace,
                version.folder() + "/istiod",
                "-f",
                values.toString(),
                "-f",
                inLab.toString(),
                "--set",
                "image=vl3mesh/pilot:" + version.tag());
        kubectl.run(home, "-n", namespace, "rollout", "status", "deployment/istiod-" + revision, "--timeout=120s");
    }

    /// Takes one control plane away.
    public void remove(String namespace, String revision) {
        commands.run(helm(
                home,
                List.of("uninstall", "istiod-" + revision, "--namespace", namespace, "--wait", "--ignore-not-found")));
        kubectl.run(
                home,
                "delete",
                "clusterrole,clusterrolebinding",
                "vl3-istiod-" + revision + "-" + namespace,
                "--ignore-not-found");
    }

    /// Takes all control planes of a domain away, but not Istio's resource definitions.
    public void uninstall(String namespace, String... revisions) {
        for (String revision : revisions) {
            remove(namespace, revision);
        }
        kubectl.run(home, "delete", "namespace", namespace, "--ignore-not-found", "--wait=false");
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(GONE_SECONDS);
        while (kubectl.attempt(home, "get", "namespace", namespace).ok()) {
            if (System.nanoTime() > end) {
                throw new LabException(
                        "namespace " + namespace + " is there " + GONE_SECONDS + " s after its deletion");
            }
            try {
                TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new LabException("interrupted", e);
            }
        }
    }

    /// Gives a cluster an Istio of its own, as any may have one, and waits until it is ready.
    ///
    /// @param settings of the chart, `key=value`
    public void installLocal(String cluster, String... settings) {
        Path values = write("local-values.yaml", resource("local-values.yaml"));
        helm(
                cluster,
                LOCAL,
                BASE_NAMESPACE,
                "istio/istiod",
                "-f",
                values.toString(),
                "--set",
                String.join(",", settings));
        kubectl.run(cluster, "-n", BASE_NAMESPACE, "rollout", "status", "deployment/istiod", "--timeout=120s");
    }

    /// Takes it away again.
    public void uninstallLocal(String cluster) {
        commands.run(helm(cluster, List.of("uninstall", LOCAL, "--namespace", BASE_NAMESPACE, "--wait")));
    }

    private List<Path> images() {
        List<Path> archives = new ArrayList<>();
        for (Path folder : paths.images()) {
            for (String name : List.of("pilot.tar", "proxyv2.tar", "pilot-older.tar", "proxyv2-older.tar")) {
                Path archive = folder.resolve("istio").resolve(name);
                if (Files.exists(archive)) {
                    archives.add(archive);
                }
            }
        }
        if (archives.isEmpty()) {
            throw new LabException("there are no images of Istio below " + paths.images() + ": testbed/images/build");
        }
        return archives;
    }

    private String profile(String domain, String... options) {
        List<String> words = new ArrayList<>(List.of("istio-profile", domain));
        words.addAll(List.of(options));
        Membership.Answer answer = membership.ctl(home, words.toArray(String[]::new));
        if (answer.exitCode() != 0) {
            throw new LabException(
                    "vl3ctl istio-profile " + domain + ": " + answer.err().strip());
        }
        return answer.out();
    }

    private void helm(String cluster, String release, String namespace, String chart, String... options) {
        List<String> words = new ArrayList<>(List.of(
                "upgrade",
                "--install",
                release,
                paths.peers().resolve(chart).toString(),
                "--namespace",
                namespace,
                "--create-namespace"));
        words.addAll(List.of(options));
        commands.run(helm(cluster, words));
    }

    private List<String> helm(String cluster, List<String> words) {
        List<String> command = new ArrayList<>(List.of(
                paths.peers().resolve("bin/helm").toString(),
                "--kubeconfig",
                paths.kubeconfig().toString(),
                "--kube-context",
                cluster));
        command.addAll(words);
        return command;
    }

    private Path write(String name, String text) {
        try {
            Path file = Files.createDirectories(paths.state().resolve("istio")).resolve(name);
            return Files.writeString(file, text);
        } catch (IOException e) {
            throw new LabException("writing " + name + ": " + e.getMessage(), e);
        }
    }

    private static String resource(String name) {
        try (InputStream in = Objects.requireNonNull(IstioInstallation.class.getResourceAsStream(name), name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new LabException("reading " + name + ": " + e.getMessage(), e);
        }
    }
}
