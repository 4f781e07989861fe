package dev.vl3mesh.agent.nri;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import dev.vl3mesh.agent.nri.proto.NriLinuxPod;
import dev.vl3mesh.agent.nri.proto.NriNamespace;
import dev.vl3mesh.agent.nri.proto.NriPod;
import dev.vl3mesh.agent.nri.proto.TtrpcRequest;
import dev.vl3mesh.agent.nri.proto.TtrpcResponse;
import dev.vl3mesh.model.join.Labels;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.Deque;

/// The runtime's end of one NRI connection, as containerd speaks it.
final class FakeRuntime implements AutoCloseable {
    private final SocketChannel channel;
    private final Deque<TtrpcFrame> requests = new ArrayDeque<>();
    private final Deque<TtrpcFrame> responses = new ArrayDeque<>();
    private final MuxDecoder mux;
    private int nextStream = 1;

    private FakeRuntime(SocketChannel channel) {
        this.channel = channel;
        TtrpcDecoder fromPlugin = new TtrpcDecoder(requests::add);
        TtrpcDecoder answers = new TtrpcDecoder(responses::add);
        this.mux = new MuxDecoder((connection, bytes) ->
                (connection == MuxDecoder.RUNTIME_CONNECTION ? fromPlugin : answers).feed(bytes));
    }

    /// Takes a plugin's connection and answers its registration.
    static FakeRuntime accept(ServerSocketChannel server) throws IOException {
        FakeRuntime runtime = new FakeRuntime(server.accept());
        TtrpcFrame register = runtime.next(runtime.requests);
        TtrpcRequest request = TtrpcRequest.parseFrom(register.payload());
        if (!request.getService().equals("nri.pkg.api.v1alpha1.Runtime")
                || !request.getMethod().equals("RegisterPlugin")) {
            throw new IOException("plugin began with " + request);
        }
        runtime.write(
                MuxDecoder.RUNTIME_CONNECTION,
                register.stream(),
                TtrpcFrame.RESPONSE,
                TtrpcResponse.getDefaultInstance());
        return runtime;
    }

    /// Calls the plugin and waits for its answer.
    TtrpcResponse call(String method, MessageLite request) throws IOException {
        int stream = send(method, request.toByteString());
        TtrpcFrame frame = next(responses);
        if (frame.stream() != stream) {
            throw new IOException("answer on stream " + frame.stream() + " instead of " + stream);
        }
        return TtrpcResponse.parseFrom(frame.payload());
    }

    int send(String method, ByteString payload) throws IOException {
        int stream = nextStream;
        nextStream += 2;
        write(
                MuxDecoder.PLUGIN_CONNECTION,
                stream,
                TtrpcFrame.REQUEST,
                TtrpcRequest.newBuilder()
                        .setService("nri.pkg.api.v1alpha1.Plugin")
                        .setMethod(method)
                        .setPayload(payload)
                        .build());
        return stream;
    }

    private void write(int connection, int stream, byte type, MessageLite message) throws IOException {
        ByteBuffer frame =
                MuxDecoder.encode(connection, new TtrpcFrame(stream, type, (byte) 0, message.toByteString()).encode());
        while (frame.hasRemaining()) {
            channel.write(frame);
        }
    }

    private TtrpcFrame next(Deque<TtrpcFrame> queue) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(4096);
        while (queue.isEmpty()) {
            if (channel.read(buffer) < 0) {
                throw new EOFException("the plugin closed the connection");
            }
            mux.feed(buffer.flip());
            buffer.clear();
        }
        return queue.remove();
    }

    /// A pod as containerd describes it.
    static NriPod pod(String name, int pid, String namespacePath) {
        NriLinuxPod.Builder linux = NriLinuxPod.newBuilder()
                .addNamespaces(NriNamespace.newBuilder().setType("ipc").setPath("/proc/1/ns/ipc"));
        if (!namespacePath.isEmpty()) {
            linux.addNamespaces(NriNamespace.newBuilder().setType("network").setPath(namespacePath));
        }
        return NriPod.newBuilder()
                .setId("sandbox-" + name)
                .setName(name)
                .setUid("uid-" + name)
                .setNamespace("shop")
                .putAnnotations(Labels.ATTACHMENTS, "{\"red\":[\"172.16.3.7\"]}")
                .setPid(pid)
                .setLinux(linux)
                .build();
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
