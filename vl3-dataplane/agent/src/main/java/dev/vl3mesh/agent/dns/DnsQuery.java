package dev.vl3mesh.agent.dns;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.dns.DnsRecord;
import io.netty.handler.codec.dns.DnsRecordDecoder;
import io.netty.handler.codec.dns.DnsRecordType;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;

/// What the server needs to know of a query (RFC 1035, 4.1).
///
/// @param id the client's number for it
/// @param flags the second 16 bits of the header
/// @param name the question's name as it was asked, with its final dot; empty where the message has not
///     exactly one question
/// @param type the question's type
/// @param questionEnd where the question ends in the message; it starts at byte 12
/// @param extended whether the client speaks EDNS (RFC 6891)
/// @param extendedVersion EDNS version, 0 is the only one there is
/// @param udpBytesMax the longest UDP answer that the client takes
record DnsQuery(
        int id,
        int flags,
        String name,
        int type,
        int questionEnd,
        boolean extended,
        int extendedVersion,
        int udpBytesMax) {
    static final int HEADER_BYTES = 12;
    /// What a client without EDNS takes (RFC 1035, 4.2.1).
    static final int UDP_BYTES_PLAIN = 512;

    private static final int RESPONSE_FLAG = 0x8000;
    private static final int OPCODE_SHIFT = 11;
    private static final int OPCODE_MASK = 0xf;
    private static final int NAME_BYTES_MAX = 255;

    /// Decodes a message; its indexes are left as they are.
    ///
    /// @return nothing where it is no query at all, so that no answer must be given
    static Optional<DnsQuery> decode(ByteBuf message) {
        int start = message.readerIndex();
        if (message.readableBytes() < HEADER_BYTES) {
            return Optional.empty();
        }
        int id = message.getUnsignedShort(start);
        int flags = message.getUnsignedShort(start + 2);
        if ((flags & RESPONSE_FLAG) != 0) {
            return Optional.empty();
        }
        DnsQuery malformed = new DnsQuery(id, flags, "", 0, HEADER_BYTES, false, 0, UDP_BYTES_PLAIN);
        if (message.getUnsignedShort(start + 4) != 1) {
            return Optional.of(malformed);
        }
        ByteBuf rest = message.slice(start + HEADER_BYTES, message.readableBytes() - HEADER_BYTES);
        Optional<String> name = name(rest);
        if (name.isEmpty() || rest.readableBytes() < 4) {
            return Optional.of(malformed);
        }
        int type = rest.readUnsignedShort();
        rest.skipBytes(2);
        int questionEnd = HEADER_BYTES + rest.readerIndex();
        int others = message.getUnsignedShort(start + 6) + message.getUnsignedShort(start + 8);
        int additional = message.getUnsignedShort(start + 10);
        DnsQuery plain = new DnsQuery(id, flags, name.get(), type, questionEnd, false, 0, UDP_BYTES_PLAIN);
        return others == 0 && additional > 0 ? Optional.of(plain.withExtension(rest, additional)) : Optional.of(plain);
    }

    private DnsQuery withExtension(ByteBuf additional, int count) {
        try {
            for (int i = 0; i < count; i++) {
                DnsRecord entry = DnsRecordDecoder.DEFAULT.decodeRecord(additional);
                if (entry == null) {
                    return this;
                }
                boolean found = entry.type().equals(DnsRecordType.OPT);
                int version = (int) (entry.timeToLive() >>> 16 & 0xff);
                int bytesMax = Math.max(UDP_BYTES_PLAIN, entry.dnsClass());
                ReferenceCountUtil.release(entry);
                if (found) {
                    return new DnsQuery(id, flags, name, type, questionEnd, true, version, bytesMax);
                }
            }
        } catch (Exception e) {
            // netty throws several kinds for records that end too early; the question is good all the same.
            return this;
        }
        return this;
    }

    /// Reads an uncompressed name; a pointer has nothing to point to before the first question.
    private static Optional<String> name(ByteBuf bytes) {
        StringBuilder text = new StringBuilder(64);
        while (bytes.isReadable()) {
            int length = bytes.readUnsignedByte();
            if (length == 0) {
                return Optional.of(text.isEmpty() ? "." : text.toString());
            }
            if (length > 63 || bytes.readableBytes() < length || text.length() + length > NAME_BYTES_MAX) {
                return Optional.empty();
            }
            text.append(bytes.readCharSequence(length, StandardCharsets.ISO_8859_1))
                    .append('.');
        }
        return Optional.empty();
    }

    boolean wellFormed() {
        return !name.isEmpty();
    }

    /// 0 is a standard query.
    int opcode() {
        return flags >> OPCODE_SHIFT & OPCODE_MASK;
    }

    String lowerName() {
        return name.toLowerCase(Locale.ROOT);
    }
}
