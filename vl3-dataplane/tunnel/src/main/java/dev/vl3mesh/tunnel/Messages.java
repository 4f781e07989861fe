package dev.vl3mesh.tunnel;

/// What is on the wire (WireGuard whitepaper, 5.4): types, lengths and offsets, in bytes.
final class Messages {
    static final int INITIATION = 1;
    static final int RESPONSE = 2;
    static final int COOKIE_REPLY = 3;
    static final int DATA = 4;

    static final int INITIATION_BYTES = 148;
    static final int RESPONSE_BYTES = 92;

    /// The type, and three bytes that are zero; read as one little-endian number.
    static final int TYPE_AT = 0;
    /// The number by which the sender of a handshake message knows it.
    static final int SENDER_AT = 4;

    static final int INITIATION_EPHEMERAL_AT = 8;
    static final int INITIATION_STATIC_AT = 40;
    static final int INITIATION_TIMESTAMP_AT = 88;

    static final int RESPONSE_RECEIVER_AT = 8;
    static final int RESPONSE_EPHEMERAL_AT = 12;
    static final int RESPONSE_EMPTY_AT = 44;

    static final int COOKIE_REPLY_BYTES = 64;
    static final int COOKIE_RECEIVER_AT = 4;
    static final int COOKIE_NONCE_AT = 8;
    static final int COOKIE_AT = 32;

    /// Both authenticators, at the end of either handshake message.
    static final int MAC_BYTES = 16;

    /// The number by which the receiver of a packet knows the session.
    static final int DATA_RECEIVER_AT = 4;
    static final int DATA_COUNTER_AT = 8;
    static final int DATA_PACKET_AT = 16;
    /// To a multiple of this a packet is filled up with zeros.
    static final int PADDING = 16;

    private Messages() {}
}
