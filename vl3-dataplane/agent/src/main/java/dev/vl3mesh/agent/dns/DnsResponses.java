package dev.vl3mesh.agent.dns;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.codec.dns.DnsRecordType;
import io.netty.handler.codec.dns.DnsResponseCode;
import java.util.List;

/// Encodes answers (RFC 1035, 4.1). The question is copied byte by byte, so that a client that mixes cases
/// in it finds it again.
final class DnsResponses {
    /// What we send at most over UDP: fits the smallest path that a domain may have, 1280 bytes, in one packet.
    static final int UDP_BYTES_MAX = 1232;

    static final int TCP_BYTES_MAX = 65_535;

    private static final int RESPONSE = 0x8000;
    private static final int AUTHORITATIVE = 0x0400;
    private static final int TRUNCATED = 0x0200;
    private static final int RECURSION_AVAILABLE = 0x0080;
    /// Opcode, recursion desired and checking disabled are the client's own.
    private static final int COPIED_FLAGS = 0x7910;

    private static final int FLAGS_OFFSET = 2;
    private static final int EXTENSION_BYTES = 11;

    private DnsResponses() {}

    /// Returns a zone's answer.
    ///
    /// @param bytesMax the longest message allowed; what does not fit is left out, and the client told so
    static ByteBuf encode(ByteBufAllocator allocator, DnsQuery query, ByteBuf message, Answer answer, int bytesMax) {
        return switch (answer) {
            case Answer.Found found ->
                encode(
                        allocator,
                        query,
                        message,
                        DnsResponseCode.NOERROR,
                        found.records(),
                        List.of(),
                        found.additional(),
                        bytesMax);
            case Answer.NoRecords none ->
                encode(
                        allocator,
                        query,
                        message,
                        DnsResponseCode.NOERROR,
                        List.of(),
                        List.of(none.authority()),
                        List.of(),
                        bytesMax);
            case Answer.NoName none ->
                encode(
                        allocator,
                        query,
                        message,
                        DnsResponseCode.NXDOMAIN,
                        List.of(),
                        List.of(none.authority()),
                        List.of(),
                        bytesMax);
        };
    }

    /// Returns an answer without records.
    static ByteBuf error(ByteBufAllocator allocator, DnsQuery query, ByteBuf message, DnsResponseCode code) {
        ByteBuf out = start(allocator, query, message, code, 0);
        writeExtension(out, query, code);
        return out;
    }

    private static ByteBuf encode(
            ByteBufAllocator allocator,
            DnsQuery query,
            ByteBuf message,
            DnsResponseCode code,
            List<ZoneRecord> answers,
            List<ZoneRecord> authorities,
            List<ZoneRecord> additional,
            int bytesMax) {
        ByteBuf out = start(allocator, query, message, code, AUTHORITATIVE);
        RecordWriter writer = new RecordWriter(out, bytesMax - (query.extended() ? EXTENSION_BYTES : 0));
        writer.name(query.lowerName(), DnsQuery.HEADER_BYTES);
        int answerCount = writer.writeAll(answers);
        int authorityCount = writer.writeAll(authorities);
        // Additional records may be missing without anybody being misled (RFC 2181, 9).
        boolean truncated = answerCount < answers.size() || authorityCount < authorities.size();
        int additionalCount = truncated ? 0 : writer.writeAll(additional);
        if (truncated) {
            out.setShort(FLAGS_OFFSET, out.getUnsignedShort(FLAGS_OFFSET) | TRUNCATED);
        }
        out.setShort(6, answerCount);
        out.setShort(8, authorityCount);
        out.setShort(10, additionalCount);
        writeExtension(out, query, code);
        return out;
    }

    private static ByteBuf start(
            ByteBufAllocator allocator, DnsQuery query, ByteBuf message, DnsResponseCode code, int flags) {
        ByteBuf out = allocator.buffer(UDP_BYTES_MAX);
        int questionBytes = query.questionEnd() - DnsQuery.HEADER_BYTES;
        out.writeShort(query.id());
        out.writeShort(
                RESPONSE | RECURSION_AVAILABLE | flags | (query.flags() & COPIED_FLAGS) | (code.intValue() & 0xf));
        out.writeShort(questionBytes > 0 ? 1 : 0);
        out.writeZero(6);
        out.writeBytes(message, message.readerIndex() + DnsQuery.HEADER_BYTES, questionBytes);
        return out;
    }

    /// The OPT pseudo record (RFC 6891, 6.1.2): root name, our UDP size as class, upper bits of the code in
    /// its TTL.
    private static void writeExtension(ByteBuf out, DnsQuery query, DnsResponseCode code) {
        if (!query.extended()) {
            return;
        }
        out.writeByte(0);
        out.writeShort(DnsRecordType.OPT.intValue());
        out.writeShort(UDP_BYTES_MAX);
        out.writeInt(code.intValue() >> 4 << 24);
        out.writeShort(0);
        out.setShort(10, out.getUnsignedShort(10) + 1);
    }
}
