package dev.vl3mesh.agent.cri;

import dev.vl3mesh.agent.cri.proto.ListPodSandboxRequest;
import dev.vl3mesh.agent.cri.proto.ListPodSandboxResponse;
import dev.vl3mesh.agent.cri.proto.PodSandbox;
import dev.vl3mesh.agent.cri.proto.PodSandboxFilter;
import dev.vl3mesh.agent.cri.proto.PodSandboxState;
import dev.vl3mesh.agent.cri.proto.PodSandboxStateValue;
import dev.vl3mesh.agent.cri.proto.PodSandboxStatusRequest;
import dev.vl3mesh.agent.cri.proto.PodSandboxStatusResponse;
import dev.vl3mesh.agent.state.Sandbox;
import dev.vl3mesh.model.join.Labels;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.stub.ClientCalls;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.socket.nio.NioDomainSocketChannel;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/// Lists the pod sandboxes of a container runtime over its CRI socket. Used by one thread.
public final class CriClient implements AutoCloseable {
    private static final String SERVICE = "runtime.v1.RuntimeService/";
    private static final long CALL_TIMEOUT_MILLIS = 5_000;

    private static final MethodDescriptor<ListPodSandboxRequest, ListPodSandboxResponse> LIST =
            MethodDescriptor.<ListPodSandboxRequest, ListPodSandboxResponse>newBuilder()
                    .setType(MethodDescriptor.MethodType.UNARY)
                    .setFullMethodName(SERVICE + "ListPodSandbox")
                    .setRequestMarshaller(ProtoUtils.marshaller(ListPodSandboxRequest.getDefaultInstance()))
                    .setResponseMarshaller(ProtoUtils.marshaller(ListPodSandboxResponse.getDefaultInstance()))
                    .build();
    private static final MethodDescriptor<PodSandboxStatusRequest, PodSandboxStatusResponse> STATUS =
            MethodDescriptor.<PodSandboxStatusRequest, PodSandboxStatusResponse>newBuilder()
                    .setType(MethodDescriptor.MethodType.UNARY)
                    .setFullMethodName(SERVICE + "PodSandboxStatus")
                    .setRequestMarshaller(ProtoUtils.marshaller(PodSandboxStatusRequest.getDefaultInstance()))
                    .setResponseMarshaller(ProtoUtils.marshaller(PodSandboxStatusResponse.getDefaultInstance()))
                    .build();

    private final ManagedChannel channel;
    /// By sandbox id: what its status said. A sandbox never changes its namespace, so each is asked for once.
    private final Map<String, Optional<Sandbox>> known = new HashMap<>();

    /// @param socket `/run/containerd/containerd.sock`, `/run/crio/crio.sock` or the like
    /// @param group runs the connection; stays the caller's
    public CriClient(Path socket, EventLoopGroup group) {
        this.channel = NettyChannelBuilder.forAddress(UnixDomainSocketAddress.of(socket))
                .eventLoopGroup(group)
                .channelType(NioDomainSocketChannel.class)
                // gRPC asks for it always, a unix socket knows no such option, and netty would warn
                .withOption(ChannelOption.SO_KEEPALIVE, null)
                .overrideAuthority("localhost")
                .directExecutor()
                .usePlaintext()
                .build();
    }

    /// Returns all running sandboxes that have a network namespace of their own.
    ///
    /// @throws StatusRuntimeException if the runtime does not answer
    public List<Sandbox> list() {
        PodSandboxFilter ready = PodSandboxFilter.newBuilder()
                .setState(PodSandboxStateValue.newBuilder().setState(PodSandboxState.SANDBOX_READY))
                .build();
        List<PodSandbox> items = call(
                        LIST,
                        ListPodSandboxRequest.newBuilder().setFilter(ready).build())
                .getItemsList();
        Set<String> ids = new HashSet<>();
        List<Sandbox> sandboxes = new ArrayList<>();
        for (PodSandbox item : items) {
            if (item.getState() != PodSandboxState.SANDBOX_READY) {
                continue;
            }
            ids.add(item.getId());
            Optional<Sandbox> sandbox = known.getOrDefault(item.getId(), Optional.empty());
            if (!known.containsKey(item.getId())) {
                sandbox = status(item);
            }
            sandbox.ifPresent(sandboxes::add);
        }
        known.keySet().retainAll(ids);
        return sandboxes;
    }

    private Optional<Sandbox> status(PodSandbox item) {
        PodSandboxStatusResponse response;
        try {
            response = call(
                    STATUS,
                    PodSandboxStatusRequest.newBuilder()
                            .setPodSandboxId(item.getId())
                            .setVerbose(true)
                            .build());
        } catch (StatusRuntimeException e) {
            if (e.getStatus().getCode() == Status.Code.NOT_FOUND) {
                return Optional.empty();
            }
            throw e;
        }
        RuntimeInfo info = RuntimeInfo.parse(response.getInfoOrDefault("info", ""));
        if (info.pid() == 0) {
            return Optional.empty();
        }
        Optional<Sandbox> sandbox = info.networkNamespace()
                .map(path -> new Sandbox(
                        item.getId(),
                        item.getMetadata().getUid(),
                        item.getMetadata().getNamespace(),
                        item.getMetadata().getName(),
                        Sandbox.mountedPath(path),
                        Sandbox.expectedBy(item.getAnnotationsOrDefault(Labels.ATTACHMENTS, ""))));
        known.put(item.getId(), sandbox);
        return sandbox;
    }

    private <Q, R> R call(MethodDescriptor<Q, R> method, Q request) {
        return ClientCalls.blockingUnaryCall(
                channel,
                method,
                CallOptions.DEFAULT.withDeadlineAfter(CALL_TIMEOUT_MILLIS, TimeUnit.MILLISECONDS),
                request);
    }

    @Override
    public void close() {
        channel.shutdownNow();
    }
}
