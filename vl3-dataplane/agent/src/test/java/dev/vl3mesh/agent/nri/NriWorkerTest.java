package dev.vl3mesh.agent.nri;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.vl3mesh.agent.MemorySandboxListener;
import dev.vl3mesh.agent.nri.proto.ConfigureRequest;
import dev.vl3mesh.agent.nri.proto.ConfigureResponse;
import dev.vl3mesh.agent.nri.proto.NriEmpty;
import dev.vl3mesh.agent.nri.proto.PodRequest;
import dev.vl3mesh.agent.nri.proto.StateChangeEvent;
import dev.vl3mesh.agent.nri.proto.SynchronizeRequest;
import dev.vl3mesh.agent.nri.proto.SynchronizeResponse;
import dev.vl3mesh.agent.nri.proto.TtrpcResponse;
import dev.vl3mesh.agent.state.Sandbox;
import dev.vl3mesh.model.DomainName;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NriWorkerTest {
    @TempDir
    Path folder;

    private final MemorySandboxListener listener = new MemorySandboxListener();
    private ServerSocketChannel server;
    private NriWorker worker;

    @BeforeEach
    void listen() throws IOException {
        Path socket = folder.resolve("nri.sock");
        server = ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(UnixDomainSocketAddress.of(socket));
        worker = new NriWorker(socket, "vl3mesh", "90", listener);
        worker.start();
    }

    @AfterEach
    void stop() throws Exception {
        worker.stop();
        server.close();
    }

    @Test
    void subscribesToPodEventsOnlyAndLearnsLivingPods() throws IOException {
        try (FakeRuntime runtime = FakeRuntime.accept(server)) {
            assertThat(worker.isConnected()).isFalse();
            ConfigureResponse configured =
                    ConfigureResponse.parseFrom(runtime.call("Configure", ConfigureRequest.getDefaultInstance())
                            .getPayload());
            assertThat(configured.getEvents()).isEqualTo(0b111);

            SynchronizeRequest first = SynchronizeRequest.newBuilder()
                    .addPods(FakeRuntime.pod("a", 10, "/var/run/netns/cni-a"))
                    .addPods(FakeRuntime.pod("dead", 0, "/var/run/netns/cni-dead"))
                    .setMore(true)
                    .build();
            TtrpcResponse half = runtime.call("Synchronize", first);
            assertThat(SynchronizeResponse.parseFrom(half.getPayload()).getMore())
                    .isTrue();
            assertThat(listener.heard).isEmpty();
            SynchronizeRequest last = SynchronizeRequest.newBuilder()
                    .addPods(FakeRuntime.pod("b", 11, "/run/netns/cni-b"))
                    .addPods(FakeRuntime.pod("host", 12, ""))
                    .build();
            TtrpcResponse whole = runtime.call("Synchronize", last);
            assertThat(SynchronizeResponse.parseFrom(whole.getPayload()).getMore())
                    .isFalse();
            assertThat(listener.heard).containsExactly("listed [shop/a, shop/b]");
            assertThat(listener.sandboxes)
                    .first()
                    .isEqualTo(new Sandbox(
                            "sandbox-a", "uid-a", "shop", "a", "/run/netns/cni-a", Set.of(new DomainName("red"))));
            assertThat(worker.isConnected()).isTrue();
        }
    }

    @Test
    void answersOnlyWhenThePodIsAttached() throws Exception {
        listener.attached = new CompletableFuture<>();
        try (FakeRuntime runtime = FakeRuntime.accept(server)) {
            PodRequest pod = PodRequest.newBuilder()
                    .setPod(FakeRuntime.pod("a", 10, "/run/netns/a"))
                    .build();
            CompletableFuture<TtrpcResponse> answer = CompletableFuture.supplyAsync(() -> {
                try {
                    return runtime.call("RunPodSandbox", pod);
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            });
            await().until(() -> listener.heard.contains("started shop/a"));
            assertThat(answer).isNotDone();
            listener.attached.complete(null);
            assertThat(answer).succeedsWithin(Duration.ofSeconds(1));
            assertThat(answer.join().hasStatus()).isFalse();
            assertThat(worker.hookTimes().cumulative()).containsEntry(Double.POSITIVE_INFINITY, 1L);
        }
    }

    @Test
    void givesUpWellBeforeTheRuntimesLimit() throws IOException {
        listener.attached = new CompletableFuture<>();
        try (FakeRuntime runtime = FakeRuntime.accept(server)) {
            runtime.call(
                    "Configure",
                    ConfigureRequest.newBuilder().setRequestTimeoutMillis(1_600).build());
            long start = System.nanoTime();
            PodRequest pod = PodRequest.newBuilder()
                    .setPod(FakeRuntime.pod("a", 10, "/run/netns/a"))
                    .build();
            assertThat(runtime.call("RunPodSandbox", pod).hasStatus()).isFalse();
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isBetween(millis(1_190), millis(1_599));
        }
    }

    @Test
    void understandsTheOlderStateChangeCall() throws IOException {
        try (FakeRuntime runtime = FakeRuntime.accept(server)) {
            for (int event = 1; event <= 3; event++) {
                StateChangeEvent change = StateChangeEvent.newBuilder()
                        .setEvent(event)
                        .setPod(FakeRuntime.pod("a", 10, "/run/netns/a"))
                        .build();
                runtime.call("StateChange", change);
            }
            assertThat(listener.heard).containsExactly("started shop/a", "stopped sandbox-a", "stopped sandbox-a");
        }
    }

    @Test
    void refusesUnknownMethodsWithoutEndingTheConnection() throws IOException {
        try (FakeRuntime runtime = FakeRuntime.accept(server)) {
            assertThat(runtime.call("CreateContainer", NriEmpty.getDefaultInstance())
                            .getStatus()
                            .getCode())
                    .isEqualTo(12);
            assertThat(runtime.call("Configure", NriEmpty.getDefaultInstance()).hasStatus())
                    .isFalse();
        }
    }

    @Test
    void connectsAgainAfterTheRuntimeWentAway() throws IOException {
        try (FakeRuntime runtime = FakeRuntime.accept(server)) {
            runtime.call("Synchronize", SynchronizeRequest.getDefaultInstance());
        }
        long start = System.nanoTime();
        try (FakeRuntime runtime = FakeRuntime.accept(server)) {
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(millis(900));
            assertThat(worker.isConnected()).isFalse();
            runtime.call("Synchronize", SynchronizeRequest.getDefaultInstance());
            assertThat(worker.isConnected()).isTrue();
        }
        await().atMost(Duration.ofSeconds(1)).until(() -> !worker.isConnected());
    }

    private static Duration millis(long millis) {
        return Duration.ofMillis(millis);
    }
}
