package dev.vl3mesh.testbed.istio;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vl3mesh.testbed.fixture.TestPod;
import dev.vl3mesh.testbed.fixture.World;
import java.net.URI;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Calls at a steady rate, each by a new connection, from pods that go on without anybody watching them:
/// their API server may be what is broken.
///
/// @param pod that calls
/// @param url that it calls
/// @param status that every answer has
public record MeshCalls(TestPod pod, String url, String status) {
    private static final Pattern ANSWERS = Pattern.compile("Code +(-?\\d+) : (\\d+) ");
    private static final String DONE = "All done";
    private static final int PER_SECOND = 20;
    /// No calls go on for longer, whatever becomes of the test.
    private static final String LIMIT = "10m";

    /// What is done to the mesh meanwhile.
    @FunctionalInterface
    public interface Breaking {
        /// Breaks something.
        void run() throws InterruptedException;
    }

    /// Asserts that all calls have the answer that they should have.
    ///
    /// @param breaking with which calls have begun three seconds before, and go on until it is over
    /// @param after seconds for which they go on then
    public static void noneFailsWhile(Breaking breaking, int after, List<MeshCalls> callers)
            throws InterruptedException {
        for (int i = 0; i < callers.size(); i++) {
            callers.get(i).start(file(i));
        }
        long started = System.nanoTime();
        TimeUnit.SECONDS.sleep(3);
        breaking.run();
        TimeUnit.SECONDS.sleep(after);
        long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - started);
        for (int i = 0; i < callers.size(); i++) {
            callers.get(i).stop(file(i));
        }
        for (int i = 0; i < callers.size(); i++) {
            callers.get(i).check(file(i), seconds);
        }
    }

    /// Waits until a call has the answer that it should have.
    public void awaitAnswer() {
        World.eventually()
                .untilAsserted(
                        () -> assertThat(pod.run("curl", "-s", "-m", "5", "-o", "/dev/null", "-w", "%{http_code}", url)
                                        .out())
                                .as(pod + ": " + url)
                                .isEqualTo(status));
    }

    private static String file(int number) {
        return "/tmp/calls-" + number;
    }

    /// The name is looked up once: what becomes of names while their node's agent is away, FailureST says.
    private void start(String file) {
        pod.sh(
                "address=$(dig +short +time=3 $3 | head -n 1); "
                        + "fortio load -quiet -allow-initial-errors -keepalive=false -resolve \"$address\" -c 2 -qps "
                        + PER_SECOND + " -t " + LIMIT + " \"$1\" >\"$2\" 2>&1 & echo $! >\"$2.pid\"",
                url,
                file,
                URI.create(url).getHost());
    }

    private void stop(String file) {
        pod.sh("kill -INT $(cat \"$1.pid\")", file);
    }

    private String report(String file) {
        return pod.run("cat", file).out();
    }

    private void check(String file, long seconds) {
        World.eventually().until(() -> report(file).contains(DONE));
        String report = report(file);
        Matcher answers = ANSWERS.matcher(report);
        int count = 0;
        while (answers.find()) {
            assertThat(answers.group(1)).as(pod + ": " + report).isEqualTo(status);
            count += Integer.parseInt(answers.group(2));
        }
        assertThat(count).as(pod + ": " + report).isGreaterThan((int) seconds * PER_SECOND / 2);
    }
}
