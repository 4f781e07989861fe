package dev.vl3mesh.agent.nri;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import dev.vl3mesh.agent.nri.proto.ConfigureRequest;
import dev.vl3mesh.agent.nri.proto.ConfigureResponse;
import dev.vl3mesh.agent.nri.proto.NriEmpty;
import dev.vl3mesh.agent.nri.proto.NriNamespace;
import dev.vl3mesh.agent.nri.proto.NriPod;
import dev.vl3mesh.agent.nri.proto.PodRequest;
import dev.vl3mesh.agent.nri.proto.StateChangeEvent;
import dev.vl3mesh.agent.nri.proto.SynchronizeRequest;
import dev.vl3mesh.agent.nri.proto.SynchronizeResponse;
import dev.vl3mesh.agent.state.Sandbox;
import dev.vl3mesh.agent.state.SandboxListener;
import dev.vl3mesh.model.join.Labels;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/// The plugin's side of the calls of `nri.pkg.api.v1alpha1.Plugin`: turns each into a call of a
/// [SandboxListener]. Used by one thread.
final class PodEvents {
    /// The runtime drops a plugin that has not answered after 2 s (its default) and starts the pod all the
    /// same.
    private static final long ANSWER_WITHIN_MILLIS_MAX = 1_500;

    private static final int RUN_POD_SANDBOX = 1;
    private static final int STOP_POD_SANDBOX = 2;
    private static final int REMOVE_POD_SANDBOX = 3;
    private static final int SUBSCRIPTION =
            1 << (RUN_POD_SANDBOX - 1) | 1 << (STOP_POD_SANDBOX - 1) | 1 << (REMOVE_POD_SANDBOX - 1);

    private final SandboxListener listener;
    private final LongSupplier nanoTime;
    private final HookTimes hookTimes;
    private final List<Sandbox> listed = new ArrayList<>();
    private boolean listing;
    private long listedSinceNanos;
    private long answerWithinMillis = ANSWER_WITHIN_MILLIS_MAX;
    private volatile boolean synchronizedOnce;

    PodEvents(SandboxListener listener, LongSupplier nanoTime, HookTimes hookTimes) {
        this.listener = listener;
        this.nanoTime = nanoTime;
        this.hookTimes = hookTimes;
    }

    /// Whether the runtime has told all of its sandboxes over this connection, and so tells each further one.
    boolean isSynchronized() {
        return synchronizedOnce;
    }

    /// Answers one call.
    ///
    /// @return nothing where this plugin has no such method
    /// @throws NriException if the payload is no message of the method
    Optional<CompletableFuture<? extends MessageLite>> call(String method, ByteString payload) {
        try {
            return switch (method) {
                case "Configure" -> done(configure(ConfigureRequest.parseFrom(payload)));
                case "Synchronize" -> done(synchronize(SynchronizeRequest.parseFrom(payload)));
                case "Shutdown" -> done(NriEmpty.getDefaultInstance());
                case "RunPodSandbox" ->
                    pod(RUN_POD_SANDBOX, PodRequest.parseFrom(payload).getPod());
                case "StopPodSandbox" ->
                    pod(STOP_POD_SANDBOX, PodRequest.parseFrom(payload).getPod());
                case "RemovePodSandbox" ->
                    pod(REMOVE_POD_SANDBOX, PodRequest.parseFrom(payload).getPod());
                case "StateChange" -> {
                    StateChangeEvent change = StateChangeEvent.parseFrom(payload);
                    yield pod(change.getEvent(), change.getPod());
                }
                default -> Optional.empty();
            };
        } catch (InvalidProtocolBufferException e) {
            throw new NriException("nri " + method + ": payload is not its message: " + e.getMessage(), e);
        }
    }

    private static Optional<CompletableFuture<? extends MessageLite>> done(MessageLite answer) {
        return Optional.of(CompletableFuture.completedFuture(answer));
    }

    private ConfigureResponse configure(ConfigureRequest request) {
        long limit = request.getRequestTimeoutMillis();
        if (limit > 0) {
            answerWithinMillis = Math.min(ANSWER_WITHIN_MILLIS_MAX, limit * 3 / 4);
        }
        return ConfigureResponse.newBuilder().setEvents(SUBSCRIPTION).build();
    }

    private SynchronizeResponse synchronize(SynchronizeRequest request) {
        if (!listing) {
            listed.clear();
            listing = true;
            listedSinceNanos = nanoTime.getAsLong();
        }
        for (NriPod pod : request.getPodsList()) {
            sandbox(pod).ifPresent(listed::add);
        }
        if (!request.getMore()) {
            listing = false;
            synchronizedOnce = true;
            listener.listed(List.copyOf(listed), listedSinceNanos);
        }
        return SynchronizeResponse.newBuilder().setMore(request.getMore()).build();
    }

    private Optional<CompletableFuture<? extends MessageLite>> pod(int event, NriPod pod) {
        CompletableFuture<NriEmpty> answer = CompletableFuture.completedFuture(NriEmpty.getDefaultInstance());
        switch (event) {
            case RUN_POD_SANDBOX -> {
                Optional<Sandbox> sandbox = sandbox(pod);
                if (sandbox.isPresent()) {
                    long calledNanos = nanoTime.getAsLong();
                    answer = listener.started(sandbox.get())
                            .toCompletableFuture()
                            .copy()
                            .<NriEmpty>handle((_, _) -> NriEmpty.getDefaultInstance())
                            .completeOnTimeout(NriEmpty.getDefaultInstance(), answerWithinMillis, TimeUnit.MILLISECONDS)
                            .whenComplete((_, _) -> hookTimes.add(nanoTime.getAsLong() - calledNanos));
                }
            }
            case STOP_POD_SANDBOX, REMOVE_POD_SANDBOX -> listener.stopped(pod.getId());
            default -> {}
        }
        return Optional.of(answer);
    }

    /// Host-network pods have no namespace path and dead sandboxes a stale one and no process; neither is a
    /// sandbox of ours.
    private static Optional<Sandbox> sandbox(NriPod pod) {
        if (pod.getPid() == 0) {
            return Optional.empty();
        }
        return pod.getLinux().getNamespacesList().stream()
                .filter(namespace -> namespace.getType().equals("network"))
                .map(NriNamespace::getPath)
                .filter(path -> !path.isEmpty())
                .findFirst()
                .map(path -> new Sandbox(
                        pod.getId(),
                        pod.getUid(),
                        pod.getNamespace(),
                        pod.getName(),
                        Sandbox.mountedPath(path),
                        Sandbox.expectedBy(pod.getAnnotationsOrDefault(Labels.ATTACHMENTS, ""))));
    }
}
