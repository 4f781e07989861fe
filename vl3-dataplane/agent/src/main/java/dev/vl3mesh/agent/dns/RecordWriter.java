package dev.vl3mesh.agent.dns;

import dev.vl3mesh.model.address.IpFamily;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.dns.DnsRecordType;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Appends resource records to one message, with compressed names (RFC 1035, 4.1.3 and 4.1.4).
final class RecordWriter {
    private static final int CLASS_INTERNET = 1;
    private static final int POINTER = 0xc000;
    private static final int POINTER_OFFSET_MAX = 0x3fff;

    /// Times of an SOA that nobody transfers (RFC 1912, 2.2), in seconds: refresh, retry, expire.
    private static final int[] AUTHORITY_TIMES = {7200, 1800, 86400};

    private final ByteBuf out;
    private final int bytesMax;
    private final Map<String, Integer> offsets = new HashMap<>();
    /// Once a record was taken back, offsets of its names are wrong: nothing more may follow.
    private boolean full;

    /// @param bytesMax where the message must end
    RecordWriter(ByteBuf out, int bytesMax) {
        this.out = out;
        this.bytesMax = bytesMax;
    }

    /// Says that a name stands in the message already.
    void name(String name, int offset) {
        int at = offset;
        for (String rest = name; rest.length() > 1 && at <= POINTER_OFFSET_MAX; ) {
            offsets.putIfAbsent(rest, at);
            int dot = rest.indexOf('.');
            at += dot + 1;
            rest = rest.substring(dot + 1);
        }
    }

    /// Appends records as long as whole ones fit.
    ///
    /// @return how many did
    int writeAll(List<ZoneRecord> records) {
        int count = 0;
        for (ZoneRecord entry : records) {
            if (full) {
                return count;
            }
            int before = out.writerIndex();
            write(entry);
            if (out.writerIndex() > bytesMax) {
                out.writerIndex(before);
                full = true;
                return count;
            }
            count++;
        }
        return count;
    }

    private void write(ZoneRecord entry) {
        writeName(entry.owner());
        out.writeShort(type(entry).intValue());
        out.writeShort(CLASS_INTERNET);
        out.writeInt(ZoneRecord.TTL_SECONDS);
        int lengthAt = out.writerIndex();
        out.writeShort(0);
        switch (entry) {
            case ZoneRecord.Address address -> out.writeBytes(address.address().bytes());
            case ZoneRecord.Pointer pointer -> writeName(pointer.target());
            case ZoneRecord.NameServer server -> writeName(server.target());
            case ZoneRecord.Service service -> {
                out.writeInt(0);
                out.writeShort(service.port());
                // RFC 2782: the target is not to be compressed.
                writeLabels(service.target());
            }
            case ZoneRecord.Authority authority -> {
                writeName(authority.primary());
                writeName("hostmaster." + authority.owner());
                out.writeInt(1);
                for (int seconds : AUTHORITY_TIMES) {
                    out.writeInt(seconds);
                }
                out.writeInt(ZoneRecord.TTL_SECONDS);
            }
        }
        out.setShort(lengthAt, out.writerIndex() - lengthAt - 2);
    }

    private static DnsRecordType type(ZoneRecord entry) {
        return switch (entry) {
            case ZoneRecord.Address address ->
                address.address().family() == IpFamily.V4 ? DnsRecordType.A : DnsRecordType.AAAA;
            case ZoneRecord.Pointer _ -> DnsRecordType.PTR;
            case ZoneRecord.NameServer _ -> DnsRecordType.NS;
            case ZoneRecord.Service _ -> DnsRecordType.SRV;
            case ZoneRecord.Authority _ -> DnsRecordType.SOA;
        };
    }

    private void writeName(String name) {
        String rest = name;
        while (rest.length() > 1) {
            Integer offset = offsets.get(rest);
            if (offset != null) {
                out.writeShort(POINTER | offset);
                return;
            }
            if (out.writerIndex() <= POINTER_OFFSET_MAX) {
                offsets.put(rest, out.writerIndex());
            }
            int dot = rest.indexOf('.');
            writeLabel(rest.substring(0, dot));
            rest = rest.substring(dot + 1);
        }
        out.writeByte(0);
    }

    private void writeLabels(String name) {
        for (int start = 0; start < name.length(); ) {
            int dot = name.indexOf('.', start);
            writeLabel(name.substring(start, dot));
            start = dot + 1;
        }
        out.writeByte(0);
    }

    private void writeLabel(String label) {
        out.writeByte(label.length());
        out.writeCharSequence(label, StandardCharsets.ISO_8859_1);
    }
}
