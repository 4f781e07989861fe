package dev.vl3mesh.bridge;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderCallbacks;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderElectionConfigBuilder;
import io.fabric8.kubernetes.client.extended.leaderelection.resourcelock.LeaseLock;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One replica leads. It says so by a label on its pod, which the Services select, so that agents and members reach
/// the leader only. A replica that loses its
/// lease ends its process at once: two that write would be worse than one that starts anew.
final class Leadership {
    private static final Logger LOG = LoggerFactory.getLogger(Leadership.class);
    private static final String LABEL = "vl3mesh.dev/leader";

    private Leadership() {}

    static void compete(KubernetesClient client, BridgeConfig config, Runnable onLeading) {
        label(client, config, false); // a container that starts again may have the label of its earlier life
        var elector = client.leaderElector()
                .withConfig(new LeaderElectionConfigBuilder()
                        .withName("vl3-control")
                        .withLeaseDuration(Duration.ofSeconds(8))
                        .withRenewDeadline(Duration.ofSeconds(6))
                        .withRetryPeriod(Duration.ofSeconds(1))
                        .withReleaseOnCancel()
                        .withLock(new LeaseLock(config.namespace(), "vl3-control", config.pod()))
                        .withLeaderCallbacks(new LeaderCallbacks(
                                () -> {
                                    LOG.info("{} leads", config.pod());
                                    label(client, config, true);
                                    onLeading.run();
                                },
                                () -> {
                                    LOG.warn("{} has lost its lease", config.pod());
                                    Runtime.getRuntime().halt(1);
                                },
                                leader -> LOG.info("the leader is {}", leader)))
                        .build())
                .build();
        var _ = elector.start();
    }

    private static void label(KubernetesClient client, BridgeConfig config, boolean leads) {
        try {
            // no version in it: whatever else the kubelet writes to the pod meanwhile, the label is ours
            client.pods()
                    .inNamespace(config.namespace())
                    .withName(config.pod())
                    .patch(
                            PatchContext.of(PatchType.JSON_MERGE),
                            "{\"metadata\":{\"labels\":{\"" + LABEL + "\":\"" + leads + "\"}}}");
        } catch (KubernetesClientException e) {
            throw new IllegalStateException("labelling pod " + config.pod() + ": " + e.getMessage(), e);
        }
    }
}
