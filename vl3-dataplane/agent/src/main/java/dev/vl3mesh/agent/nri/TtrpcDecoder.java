package dev.vl3mesh.agent.nri;

import com.google.protobuf.UnsafeByteOperations;
import java.nio.ByteBuffer;
import java.util.function.Consumer;

/// Cuts the byte stream of one logical connection into ttRPC messages.
public final class TtrpcDecoder {
    private final Consumer<TtrpcFrame> sink;
    private final ByteBuffer header = ByteBuffer.allocate(TtrpcFrame.HEADER_BYTES);
    private ByteBuffer payload = ByteBuffer.allocate(0);
    private boolean inPayload;

    /// @param sink takes each message
    public TtrpcDecoder(Consumer<TtrpcFrame> sink) {
        this.sink = sink;
    }

    /// Takes the next bytes, cut anywhere.
    ///
    /// @throws NriException if a message exceeds [TtrpcFrame#PAYLOAD_BYTES_MAX]
    public void feed(ByteBuffer bytes) {
        while (bytes.hasRemaining()) {
            ByteBuffer target = inPayload ? payload : header;
            int count = Math.min(target.remaining(), bytes.remaining());
            target.put(bytes.slice(bytes.position(), count));
            bytes.position(bytes.position() + count);
            if (target.hasRemaining()) {
                return;
            }
            if (!inPayload) {
                startPayload();
            }
            if (!payload.hasRemaining()) {
                emit();
            }
        }
    }

    private void startPayload() {
        int length = header.getInt(0);
        if (length < 0 || length > TtrpcFrame.PAYLOAD_BYTES_MAX) {
            throw new NriException("ttrpc: message of " + Integer.toUnsignedString(length) + " bytes exceeds "
                    + TtrpcFrame.PAYLOAD_BYTES_MAX);
        }
        payload = ByteBuffer.allocate(length);
        inPayload = true;
    }

    private void emit() {
        TtrpcFrame frame = new TtrpcFrame(
                header.getInt(4), header.get(8), header.get(9), UnsafeByteOperations.unsafeWrap(payload.array()));
        header.clear();
        inPayload = false;
        sink.accept(frame);
    }
}
