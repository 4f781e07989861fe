package dev.vl3mesh.bench.agent;

import com.google.protobuf.Message;
import com.google.protobuf.MessageLite;
import dev.vl3mesh.agent.cri.proto.ListPodSandboxRequest;
import dev.vl3mesh.agent.cri.proto.ListPodSandboxResponse;
import dev.vl3mesh.agent.cri.proto.PodSandbox;
import dev.vl3mesh.agent.cri.proto.PodSandboxMetadata;
import dev.vl3mesh.agent.cri.proto.PodSandboxState;
import dev.vl3mesh.agent.cri.proto.PodSandboxStatusRequest;
import dev.vl3mesh.agent.cri.proto.PodSandboxStatusResponse;
import dev.vl3mesh.agent.nri.MuxDecoder;
import dev.vl3mesh.agent.nri.TtrpcDecoder;
import dev.vl3mesh.agent.nri.TtrpcFrame;
import dev.vl3mesh.agent.nri.proto.ConfigureRequest;
import dev.vl3mesh.agent.nri.proto.NriLinuxPod;
import dev.vl3mesh.agent.nri.proto.NriNamespace;
import dev.vl3mesh.agent.nri.proto.NriPod;
import dev.vl3mesh.agent.nri.proto.PodRequest;
import dev.vl3mesh.agent.nri.proto.SynchronizeRequest;
import dev.vl3mesh.agent.nri.proto.TtrpcRequest;
import dev.vl3mesh.agent.nri.proto.TtrpcResponse;
import dev.vl3mesh.model.join.Labels;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.stub.ServerCalls;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import java.io.EOFException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/// A container runtime's two sockets as an agent sees them, NRI and CRI, over pods that are only network namespaces.
/// What it says over them is what containerd says.
final class LoneRuntime implements AutoCloseable {
    private static final String CRI = "runtime.v1.RuntimeService";
    private static final String PLUGIN = "nri.pkg.api.v1alpha1.Plugin";

    private final List<NriPod> pods = new CopyOnWriteArrayList<>();
    private final EventLoopGroup network = new NioEventLoopGroup(1);
    private final ServerSocketChannel nri;
    private final Server cri;
    private final Deque<TtrpcFrame> requests = new ArrayDeque<>();
    private final Deque<TtrpcFrame> responses = new ArrayDeque<>();
    private final MuxDecoder mux;
    private SocketChannel plugin;
    private int nextStream = 1;

    /// Opens both sockets.
    LoneRuntime(Path nriSocket, Path criSocket) throws IOException {
        TtrpcDecoder fromPlugin = new TtrpcDecoder(requests::add);
        TtrpcDecoder answers = new TtrpcDecoder(responses::add);
        mux = new MuxDecoder((connection, bytes) ->
                (connection == MuxDecoder.RUNTIME_CONNECTION ? fromPlugin : answers).feed(bytes));
        nri = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        nri.bind(UnixDomainSocketAddress.of(nriSocket));
        plugin = SocketChannel.open(StandardProtocolFamily.UNIX);
        cri = NettyServerBuilder.forAddress(UnixDomainSocketAddress.of(criSocket))
                .channelType(NioServerDomainSocketChannel.class)
                .bossEventLoopGroup(network)
                .workerEventLoopGroup(network)
                .directExecutor()
                .addService(ServerServiceDefinition.builder(CRI)
                        .addMethod(
                                method(
                                        "ListPodSandbox",
                                        ListPodSandboxRequest.getDefaultInstance(),
                                        ListPodSandboxResponse.getDefaultInstance()),
                                ServerCalls.asyncUnaryCall((_, answer) -> {
                                    answer.onNext(list());
                                    answer.onCompleted();
                                }))
                        .addMethod(
                                method(
                                        "PodSandboxStatus",
                                        PodSandboxStatusRequest.getDefaultInstance(),
                                        PodSandboxStatusResponse.getDefaultInstance()),
                                ServerCalls.asyncUnaryCall((request, answer) -> {
                                    answer.onNext(status(request.getPodSandboxId()));
                                    answer.onCompleted();
                                }))
                        .build())
                .build()
                .start();
    }

    private static <Q extends Message, R extends Message> MethodDescriptor<Q, R> method(
            String name, Q request, R response) {
        return MethodDescriptor.<Q, R>newBuilder()
                .setType(MethodDescriptor.MethodType.UNARY)
                .setFullMethodName(CRI + "/" + name)
                .setRequestMarshaller(ProtoUtils.marshaller(request))
                .setResponseMarshaller(ProtoUtils.marshaller(response))
                .build();
    }

    private ListPodSandboxResponse list() {
        ListPodSandboxResponse.Builder response = ListPodSandboxResponse.newBuilder();
        pods.forEach(pod -> response.addItems(PodSandbox.newBuilder()
                .setId(pod.getId())
                .setMetadata(PodSandboxMetadata.newBuilder()
                        .setName(pod.getName())
                        .setUid(pod.getUid())
                        .setNamespace(pod.getNamespace()))
                .setState(PodSandboxState.SANDBOX_READY)
                .putAllAnnotations(pod.getAnnotationsMap())));
        return response.build();
    }

    private PodSandboxStatusResponse status(String id) {
        String path = pods.stream()
                .filter(pod -> pod.getId().equals(id))
                .findFirst()
                .map(pod -> pod.getLinux().getNamespaces(0).getPath())
                .orElse("");
        return PodSandboxStatusResponse.newBuilder()
                .putInfo(
                        "info",
                        "{\"pid\":1,\"runtimeSpec\":{\"linux\":{\"namespaces\":[{\"type\":\"network\",\"path\":\""
                                + path + "\"}]}}}")
                .build();
    }

    /// Waits for the agent to register as a plugin, and tells it of the pods there are: none.
    ///
    /// @param agent gives up waiting when it ends
    void accept(Process agent) throws IOException {
        var _ = agent.onExit().thenRun(this::closeNri);
        plugin.close();
        plugin = nri.accept();
        TtrpcFrame register = next(requests);
        write(
                MuxDecoder.RUNTIME_CONNECTION,
                register.stream(),
                TtrpcFrame.RESPONSE,
                TtrpcResponse.getDefaultInstance());
        call(
                "Configure",
                ConfigureRequest.newBuilder().setRequestTimeoutMillis(2_000).build());
        call("Synchronize", SynchronizeRequest.getDefaultInstance());
    }

    private void closeNri() {
        try {
            nri.close();
        } catch (IOException e) {
            throw new IllegalStateException("closing the NRI socket", e);
        }
    }

    /// Runs a pod: calls the plugin's hook and waits for its answer, as containerd does before the pod's first
    /// container.
    ///
    /// @return nanoseconds that the runtime had to wait
    long run(String pod, String networkNamespace, String annotation) throws IOException {
        NriPod sandbox = NriPod.newBuilder()
                .setId("sandbox-" + pod)
                .setName(pod)
                .setUid("uid-" + pod)
                .setNamespace("shop")
                .putAnnotations(Labels.ATTACHMENTS, annotation)
                .setPid(1)
                .setLinux(NriLinuxPod.newBuilder()
                        .addNamespaces(
                                NriNamespace.newBuilder().setType("network").setPath(networkNamespace)))
                .build();
        long start = System.nanoTime();
        call("RunPodSandbox", PodRequest.newBuilder().setPod(sandbox).build());
        long nanos = System.nanoTime() - start;
        pods.add(sandbox);
        return nanos;
    }

    private void call(String method, MessageLite request) throws IOException {
        int stream = nextStream;
        nextStream += 2;
        write(
                MuxDecoder.PLUGIN_CONNECTION,
                stream,
                TtrpcFrame.REQUEST,
                TtrpcRequest.newBuilder()
                        .setService(PLUGIN)
                        .setMethod(method)
                        .setPayload(request.toByteString())
                        .build());
        TtrpcFrame frame = next(responses);
        TtrpcResponse response = TtrpcResponse.parseFrom(frame.payload());
        if (frame.stream() != stream || response.getStatus().getCode() != 0) {
            throw new IOException("nri " + method + ": the agent answered " + response.getStatus() + " on stream "
                    + frame.stream() + " instead of " + stream);
        }
    }

    private void write(int connection, int stream, byte type, MessageLite message) throws IOException {
        ByteBuffer frame =
                MuxDecoder.encode(connection, new TtrpcFrame(stream, type, (byte) 0, message.toByteString()).encode());
        while (frame.hasRemaining()) {
            plugin.write(frame);
        }
    }

    private TtrpcFrame next(Deque<TtrpcFrame> queue) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(4096);
        while (queue.isEmpty()) {
            if (plugin.read(buffer) < 0) {
                throw new EOFException("the agent closed its NRI connection");
            }
            mux.feed(buffer.flip());
            buffer.clear();
        }
        return queue.remove();
    }

    @Override
    public void close() throws IOException {
        plugin.close();
        nri.close();
        cri.shutdownNow();
        var _ = network.shutdownGracefully();
    }
}
