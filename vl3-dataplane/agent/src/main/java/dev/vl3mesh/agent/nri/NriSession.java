package dev.vl3mesh.agent.nri;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import dev.vl3mesh.agent.nri.proto.RegisterPluginRequest;
import dev.vl3mesh.agent.nri.proto.TtrpcRequest;
import dev.vl3mesh.agent.nri.proto.TtrpcResponse;
import dev.vl3mesh.agent.nri.proto.TtrpcStatus;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/// The protocol of one connection to the runtime, without its socket: bytes in, bytes out. The plugin
/// registers itself, then only answers.
final class NriSession {
    private static final String PLUGIN_SERVICE = "nri.pkg.api.v1alpha1.Plugin";
    private static final String RUNTIME_SERVICE = "nri.pkg.api.v1alpha1.Runtime";
    private static final int REGISTER_STREAM = 1;
    /// google.rpc.Code.
    private static final int INVALID_ARGUMENT = 3;

    private static final int UNIMPLEMENTED = 12;

    private final PodEvents events;
    private final Consumer<ByteBuffer> output;
    private final MuxDecoder mux = new MuxDecoder(this::accept);
    private final TtrpcDecoder calls = new TtrpcDecoder(this::called);
    private final TtrpcDecoder answers = new TtrpcDecoder(this::answered);

    /// @param output takes whole frames; called by the feeding thread and by those that complete calls
    NriSession(PodEvents events, Consumer<ByteBuffer> output) {
        this.events = events;
        this.output = output;
    }

    /// Sends the registration.
    ///
    /// @param index two digits; plugins are called in their order
    void register(String name, String index) {
        ByteString request = RegisterPluginRequest.newBuilder()
                .setPluginName(name)
                .setPluginIdx(index)
                .build()
                .toByteString();
        TtrpcRequest call = TtrpcRequest.newBuilder()
                .setService(RUNTIME_SERVICE)
                .setMethod("RegisterPlugin")
                .setPayload(request)
                .build();
        send(MuxDecoder.RUNTIME_CONNECTION, REGISTER_STREAM, TtrpcFrame.REQUEST, call);
    }

    /// Takes bytes that came from the runtime, cut anywhere.
    ///
    /// @throws NriException if they break the protocol, or the runtime refuses the plugin
    void feed(ByteBuffer trunk) {
        mux.feed(trunk);
    }

    private void accept(int connection, ByteBuffer bytes) {
        switch (connection) {
            case MuxDecoder.PLUGIN_CONNECTION -> calls.feed(bytes);
            case MuxDecoder.RUNTIME_CONNECTION -> answers.feed(bytes);
            default -> throw new NriException("nri trunk: frame for unknown connection " + connection);
        }
    }

    private void answered(TtrpcFrame frame) {
        try {
            TtrpcStatus status = TtrpcResponse.parseFrom(frame.payload()).getStatus();
            if (status.getCode() != 0) {
                throw new NriException(
                        "nri register: refused with code " + status.getCode() + ": " + status.getMessage());
            }
        } catch (InvalidProtocolBufferException e) {
            throw new NriException("nri register: answer is no ttrpc response: " + e.getMessage(), e);
        }
    }

    private void called(TtrpcFrame frame) {
        if (frame.type() != TtrpcFrame.REQUEST) {
            throw new NriException("ttrpc: message type " + frame.type() + " where only requests come");
        }
        int stream = frame.stream();
        TtrpcRequest request;
        try {
            request = TtrpcRequest.parseFrom(frame.payload());
        } catch (InvalidProtocolBufferException e) {
            throw new NriException("ttrpc: payload is no request: " + e.getMessage(), e);
        }
        if (!request.getService().equals(PLUGIN_SERVICE)) {
            fail(stream, UNIMPLEMENTED, "no service " + request.getService());
            return;
        }
        Optional<CompletableFuture<? extends MessageLite>> answer;
        try {
            answer = events.call(request.getMethod(), request.getPayload());
        } catch (NriException e) {
            fail(stream, INVALID_ARGUMENT, String.valueOf(e.getMessage()));
            return;
        }
        if (answer.isEmpty()) {
            fail(stream, UNIMPLEMENTED, "no method " + request.getMethod());
            return;
        }
        var _ = answer.get()
                .thenAccept(message -> respond(
                        stream,
                        TtrpcResponse.newBuilder()
                                .setPayload(message.toByteString())
                                .build()));
    }

    private void fail(int stream, int code, String message) {
        TtrpcStatus status =
                TtrpcStatus.newBuilder().setCode(code).setMessage(message).build();
        respond(stream, TtrpcResponse.newBuilder().setStatus(status).build());
    }

    private void respond(int stream, TtrpcResponse response) {
        send(MuxDecoder.PLUGIN_CONNECTION, stream, TtrpcFrame.RESPONSE, response);
    }

    private void send(int connection, int stream, byte type, MessageLite message) {
        byte[] frame = new TtrpcFrame(stream, type, (byte) 0, message.toByteString()).encode();
        output.accept(MuxDecoder.encode(connection, frame));
    }
}
