package dev.vl3mesh.ctl.command;

import dev.vl3mesh.ctl.session.Durations;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeSystemInfo;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.MutatingWebhook;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.MutatingWebhookConfiguration;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// What a cluster must have, judged from what was read of it.
final class Prerequisites {
    /// Tokens that are bound to nodes (KEP-4193), by which agents enrol.
    private static final int KUBERNETES_MINOR_MIN = 32;
    /// containerd 2.0 is the first with NRI switched on.
    private static final int CONTAINERD_MAJOR_NRI = 2;
    /// The oldest kernel that is still maintained (5.10) has all that agents use of nf_tables and netlink.
    private static final int KERNEL_MAJOR_MIN = 5;

    private static final int KERNEL_MINOR_MIN = 10;
    private static final Duration LEASE_AGE_MAX = Duration.ofSeconds(15);
    private static final Pattern NUMBERS = Pattern.compile("([0-9]+)\\.([0-9]+).*", Pattern.DOTALL);

    private Prerequisites() {}

    /// Whether a version, `5.10.1-x` or the like, is at least a minimum.
    static boolean atLeast(String version, int major, int minor) {
        Matcher matcher = NUMBERS.matcher(version.startsWith("v") ? version.substring(1) : version);
        if (!matcher.matches()) {
            return false;
        }
        int first = Integer.parseInt(matcher.group(1));
        return first > major || (first == major && Integer.parseInt(matcher.group(2)) >= minor);
    }

    static Finding kubernetes(String version) {
        return atLeast(version, 1, KUBERNETES_MINOR_MIN)
                ? Finding.good("Kubernetes", version)
                : Finding.bad(
                        "Kubernetes",
                        version,
                        "upgrade to 1." + KUBERNETES_MINOR_MIN + " or newer: agents enrol by tokens that are bound to"
                                + " their nodes");
    }

    static Finding definition(String name, @Nullable CustomResourceDefinition found) {
        String what = "resource " + name;
        if (found == null) {
            return Finding.bad(what, "not known", "install the chart, or apply its folder crds");
        }
        boolean established = found.getStatus() != null
                && found.getStatus().getConditions() != null
                && found.getStatus().getConditions().stream()
                        .anyMatch(c -> c.getType().equals("Established")
                                && c.getStatus().equals("True"));
        boolean served = found.getSpec().getVersions().stream()
                .anyMatch(v -> v.getName().equals("v1alpha1") && Boolean.TRUE.equals(v.getServed()));
        if (!established || !served) {
            return Finding.bad(
                    what,
                    established ? "v1alpha1 is not served" : "not established",
                    "apply the chart's folder crds again; helm never upgrades it");
        }
        return Finding.good(what, "v1alpha1");
    }

    static Finding webhook(@Nullable MutatingWebhookConfiguration found, int readyPods) {
        String what = "webhook";
        if (found == null) {
            return Finding.bad(what, "there is no MutatingWebhookConfiguration vl3-injector", "install the chart");
        }
        List<MutatingWebhook> webhooks = found.getWebhooks();
        boolean trusted = webhooks.stream().allMatch(hook -> {
            String bundle = hook.getClientConfig().getCaBundle();
            return bundle != null && !bundle.isEmpty();
        });
        if (!trusted) {
            return Finding.bad(
                    what,
                    "it has no caBundle, so the API server can't call it",
                    "vl3-injector writes it when it starts: see its log; with injector.certManager, see that issuer");
        }
        return readyPods > 0
                ? Finding.good(what, readyPods + (readyPods == 1 ? " pod answers" : " pods answer"))
                : Finding.bad(
                        what,
                        "no pod of it is ready, so labelled pods are refused",
                        "see kubectl -n vl3mesh-system get pods, and their logs");
    }

    static Finding leader(@Nullable Lease lease, Instant now) {
        String what = "control leader";
        String remedy = "see kubectl -n vl3mesh-system logs deploy/vl3-control";
        if (lease == null || lease.getSpec() == null || lease.getSpec().getHolderIdentity() == null) {
            return Finding.bad(what, "nobody leads", remedy);
        }
        String holder = lease.getSpec().getHolderIdentity();
        if (lease.getSpec().getRenewTime() == null) {
            return Finding.bad(what, holder + " has never renewed its lease", remedy);
        }
        Duration age = Duration.between(lease.getSpec().getRenewTime().toInstant(), now);
        return age.compareTo(LEASE_AGE_MAX) > 0
                ? Finding.bad(what, holder + " renewed its lease " + Durations.text(age) + " ago", remedy)
                : Finding.good(what, holder);
    }

    static Finding link(String address) {
        return address.isEmpty()
                ? Finding.odd(
                        "link address",
                        "unknown, so this cluster can't invite others",
                        "set link.address of the chart to host:port")
                : Finding.good("link address", address);
    }

    /// A node and its agent.
    ///
    /// @param agentReady whether a ready agent pod runs on it
    /// @param reportAgeMillis since its agent was heard; null where it was not
    static Finding node(Node node, boolean agentReady, @Nullable Long reportAgeMillis) {
        String what = "node " + node.getMetadata().getName();
        NodeSystemInfo info = node.getStatus().getNodeInfo();
        String kernel = info == null ? "" : info.getKernelVersion();
        String runtime = info == null ? "" : info.getContainerRuntimeVersion();
        String seen = "kernel " + kernel + ", " + runtime;
        if (!atLeast(kernel, KERNEL_MAJOR_MIN, KERNEL_MINOR_MIN)) {
            return Finding.bad(
                    what, seen, "its kernel must be " + KERNEL_MAJOR_MIN + "." + KERNEL_MINOR_MIN + " or newer");
        }
        if (!agentReady) {
            return Finding.bad(
                    what,
                    seen + ", no agent that is ready",
                    "see kubectl -n vl3mesh-system get pods -o wide; a taint may keep it away (agent.tolerations)");
        }
        if (reportAgeMillis == null || reportAgeMillis > ClusterStatus.REPORT_AGE_MAX.toMillis()) {
            return Finding.bad(
                    what,
                    seen + ", its agent is not heard",
                    "see the agent's log: does it reach the Service vl3-control, and was it let in?");
        }
        boolean nri = runtime.startsWith("containerd://")
                ? atLeast(runtime.substring("containerd://".length()), CONTAINERD_MAJOR_NRI, 0)
                : runtime.toLowerCase(Locale.ROOT).startsWith("cri-o://");
        return nri
                ? Finding.good(what, seen)
                : Finding.odd(
                        what,
                        seen + ", which has no NRI",
                        "pods are attached by asking the runtime, a little later; containerd 2 or CRI-O does it at once");
    }
}
