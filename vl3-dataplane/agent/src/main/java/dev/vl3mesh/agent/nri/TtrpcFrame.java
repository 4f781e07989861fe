package dev.vl3mesh.agent.nri;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;

/// One ttRPC message: a 10-byte header (payload length and stream, 32 bits big-endian each, then type and
/// flags of one byte), then the payload (`github.com/containerd/ttrpc`, `PROTOCOL.md`).
///
/// @param stream odd where the client opened it, as all are
record TtrpcFrame(int stream, byte type, byte flags, ByteString payload) {
    static final int HEADER_BYTES = 10;
    static final int PAYLOAD_BYTES_MAX = 4 << 20;
    static final byte REQUEST = 1;
    static final byte RESPONSE = 2;

    byte[] encode() {
        return ByteBuffer.allocate(HEADER_BYTES + payload.size())
                .putInt(payload.size())
                .putInt(stream)
                .put(type)
                .put(flags)
                .put(payload.asReadOnlyByteBuffer())
                .array();
    }
}
