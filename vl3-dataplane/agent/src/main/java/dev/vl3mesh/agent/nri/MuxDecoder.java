package dev.vl3mesh.agent.nri;

import java.nio.ByteBuffer;

/// Splits NRI's trunk connection into its logical connections. Each trunk frame is an 8-byte header,
/// logical connection and payload length, both 32 bits big-endian, then the payload; within a logical
/// connection the payloads form one byte stream (`github.com/containerd/nri`, `pkg/net/multiplex`).
public final class MuxDecoder {
    /// Logical connection on which the runtime calls the plugin.
    public static final int PLUGIN_CONNECTION = 1;
    /// Logical connection on which the plugin calls the runtime.
    public static final int RUNTIME_CONNECTION = 2;

    static final int HEADER_BYTES = 8;
    /// The longest ttRPC message with its header; a longer payload can't be honest.
    static final int PAYLOAD_BYTES_MAX = TtrpcFrame.HEADER_BYTES + TtrpcFrame.PAYLOAD_BYTES_MAX;

    /// Takes bytes of one logical connection.
    public interface Sink {
        /// Takes the next bytes.
        ///
        /// @param bytes valid during the call only; all of them are taken
        void accept(int connection, ByteBuffer bytes);
    }

    private final Sink sink;
    private final ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES);
    private int connection;
    private int rest;

    /// @param sink takes what comes, connection by connection
    public MuxDecoder(Sink sink) {
        this.sink = sink;
    }

    /// Takes the next bytes of the trunk, cut anywhere.
    ///
    /// @throws NriException if a payload exceeds [#PAYLOAD_BYTES_MAX]
    public void feed(ByteBuffer trunk) {
        while (trunk.hasRemaining()) {
            if (rest == 0) {
                header.put(trunk.get());
                if (!header.hasRemaining()) {
                    readHeader();
                }
                continue;
            }
            int count = Math.min(rest, trunk.remaining());
            sink.accept(connection, trunk.slice(trunk.position(), count));
            trunk.position(trunk.position() + count);
            rest -= count;
        }
    }

    private void readHeader() {
        header.flip();
        connection = header.getInt();
        rest = header.getInt();
        header.clear();
        if (rest < 0 || rest > PAYLOAD_BYTES_MAX) {
            throw new NriException(
                    "nri trunk: frame of " + Integer.toUnsignedString(rest) + " bytes exceeds " + PAYLOAD_BYTES_MAX);
        }
    }

    /// Returns one trunk frame.
    public static ByteBuffer encode(int connection, byte[] payload) {
        return ByteBuffer.allocate(HEADER_BYTES + payload.length)
                .putInt(connection)
                .putInt(payload.length)
                .put(payload)
                .flip();
    }
}
