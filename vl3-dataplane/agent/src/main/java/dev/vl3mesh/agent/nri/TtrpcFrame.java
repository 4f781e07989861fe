package dev.vl3mesh.agent.nri;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;

/// One ttRPC message: a 10-byte header (payload length and stream, 32 bits big-endian each, then type and
/// flags of one byte), then the payload (`github.com/containerd/ttrpc`, `PROTOCOL.md`).
///
/// @param stream odd where the client opened it, as all are
public record TtrpcFrame(int stream, byte type, byte flags, ByteString payload) {
    static final int HEADER_BYTES = 10;
    static final int PAYLOAD_BYTES_MAX = 4 << 20;
    /// The type of a call.
    public static final byte REQUEST = 1;
    /// The type of an answer.
    public static final byte RESPONSE = 2;

    /// The message as it is sent.
    public byte[] encode() {
        return ByteBuffer.allocate(HEADER_BYTES + payload.size())
                .putInt(payload.size())
                .putInt(stream)
                .put(type)
                .put(flags)
                .put(payload.asReadOnlyByteBuffer())
                .array();
    }
}
