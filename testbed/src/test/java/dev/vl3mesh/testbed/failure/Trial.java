package dev.vl3mesh.testbed.failure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vl3mesh.testbed.fixture.TestPod;
import dev.vl3mesh.testbed.lab.LabException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.assertj.core.api.SoftAssertions;

/// One failure under constant traffic: what it did to packets, connections and addresses, and how long it took until
/// new pods started and all was well again.
final class Trial {
    /// A step of a trial.
    interface Step {
        void run() throws Exception;
    }

    private final Stage stage;
    private final Failure failure;
    private final Bound bound;
    private Step breaking = () -> {};
    private Step proving = () -> {};
    private String lost = "";

    Trial(Stage stage, Failure failure) {
        this.stage = stage;
        this.failure = failure;
        this.bound = Bound.of(failure);
    }

    /// What fails; it is over when this returns.
    Trial breaking(Step step) {
        breaking = step;
        return this;
    }

    /// What shows afterwards that it did fail.
    Trial proving(Step step) {
        proving = step;
        return this;
    }

    /// The cluster whose pods start anew by it, and so know nothing of earlier traffic.
    Trial losing(String cluster) {
        lost = cluster;
        return this;
    }

    private boolean isLost(TestPod pod) {
        return pod.cluster().equals(lost);
    }

    private Map<TestPod, Footing> footings() {
        Map<TestPod, Footing> footings = new LinkedHashMap<>();
        stage.pods().forEach(pod -> footings.put(pod, Footing.of(pod, stage.cluster(pod.cluster()), Stage.DOMAIN)));
        return footings;
    }

    /// Runs it, and compares with what the page promises.
    void run() {
        Map<TestPod, Footing> before = footings();
        List<Traffic> traffic = new ArrayList<>();
        List<Traffic.Outcome> outcomes = new ArrayList<>();
        Duration pods;
        Duration well;
        try {
            TestPod home = stage.pods().getFirst();
            TestPod member = stage.pods().getLast();
            traffic.add(Traffic.start(home, member.addresses(Stage.DOMAIN)));
            if (!isLost(member)) {
                traffic.add(Traffic.start(member, home.addresses(Stage.DOMAIN)));
            }
            run(breaking);
            long over = System.nanoTime();
            List<TestPod> fresh = stage.attach(stage.clusters());
            pods = Duration.ofNanos(System.nanoTime() - over);
            stage.awaitWell();
            well = Duration.ofNanos(System.nanoTime() - over);
            fresh.forEach(pod -> Stage.awaitReaches(pod, stage.pods()));
            // a pod that starts anew is there again before the traffic to it ends
            Stage.awaitReaches(member, List.of(home));
            run(proving);
            traffic.forEach(one -> outcomes.addAll(one.end()));
        } finally {
            traffic.forEach(Traffic::close);
        }
        report(outcomes, pods, well);
        judge(outcomes, pods, well, before, footings());
    }

    private void run(Step step) {
        try {
            step.run();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LabException(failure.words() + ": interrupted", e);
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new LabException(failure.words() + ": " + e.getMessage(), e);
        }
    }

    private void report(List<Traffic.Outcome> outcomes, Duration pods, Duration well) {
        Duration gap = outcomes.stream()
                .map(outcome -> outcome.echoes().longestGap())
                .max(Duration::compareTo)
                .orElse(Duration.ZERO);
        int packets = outcomes.stream()
                .mapToInt(outcome -> outcome.echoes().lost())
                .max()
                .orElse(0);
        stage.progress()
                .step(String.format(
                        Locale.ROOT,
                        "%s: at most %d packets lost, longest gap %d ms, pods start after %.1f s, well after %.1f s",
                        failure.words(),
                        packets,
                        gap.toMillis(),
                        pods.toMillis() / 1e3,
                        well.toMillis() / 1e3));
    }

    private void judge(
            List<Traffic.Outcome> outcomes,
            Duration pods,
            Duration well,
            Map<TestPod, Footing> before,
            Map<TestPod, Footing> after) {
        assertThat(outcomes).isNotEmpty();
        SoftAssertions soft = new SoftAssertions();
        for (Traffic.Outcome outcome : outcomes) {
            Quality echoes = outcome.echoes();
            soft.assertThat(echoes.sent()).as("packets, " + outcome.way()).isGreaterThan(50);
            soft.assertThat(echoes.duplicates())
                    .as("duplicates, " + outcome.way())
                    .isZero();
            soft.assertThat(echoes.longestGap())
                    .as("longest gap, " + outcome.way())
                    .isLessThanOrEqualTo(bound.gap());
            if (bound.lossless()) {
                soft.assertThat(echoes.lost())
                        .as("packets lost, " + outcome.way())
                        .isZero();
            } else {
                // otherwise nothing failed
                soft.assertThat(echoes.lost())
                        .as("packets lost, " + outcome.way())
                        .isPositive();
            }
            if (bound.connectionsStay()) {
                soft.assertThat(outcome.connection())
                        .as("connection, " + outcome.way())
                        .matches(Traffic.Connection::stayed);
            }
        }
        before.forEach((pod, footing) -> {
            Footing now = after.get(pod);
            soft.assertThat(isLost(pod) && now != null ? now.names() : now)
                    .as("what " + pod + " stands on")
                    .isEqualTo(isLost(pod) ? footing.names() : footing);
        });
        soft.assertThat(pods).as("until new pods start").isLessThanOrEqualTo(bound.pods());
        soft.assertThat(well).as("until all is well").isLessThanOrEqualTo(bound.well());
        soft.assertAll();
    }
}
