package dev.vl3mesh.agent.dns;

import dev.vl3mesh.model.DomainName;
import dev.vl3mesh.model.address.IpAddress;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.codec.dns.DnsResponseCode;
import java.util.Optional;
import java.util.random.RandomGenerator;

/// Decides what becomes of one query: an answer of our own, or a way to the cluster's DNS.
final class Responder {
    /// What is to be done with a message.
    sealed interface Decision {
        /// Send this; the receiver owns the buffer.
        record Reply(ByteBuf message) implements Decision {}

        /// Pass the message on as it is.
        record Forward(DnsQuery query) implements Decision {}

        /// Say nothing.
        record Ignore() implements Decision {}
    }

    private final ZoneDirectory directory;
    private final DnsCounters counters;
    private final RandomGenerator random;

    Responder(ZoneDirectory directory, DnsCounters counters, RandomGenerator random) {
        this.directory = directory;
        this.counters = counters;
        this.random = random;
    }

    /// @param message the query; its indexes are left as they are
    /// @param stream whether it came over TCP, so that the answer may be long
    Decision decide(ByteBufAllocator allocator, DomainName domain, IpAddress client, ByteBuf message, boolean stream) {
        Optional<DnsQuery> decoded = DnsQuery.decode(message);
        if (decoded.isEmpty()) {
            counters.add(DnsCounters.Outcome.MALFORMED);
            return new Decision.Ignore();
        }
        DnsQuery query = decoded.get();
        Optional<DnsResponseCode> refusal = refusal(query);
        if (refusal.isPresent()) {
            counters.add(DnsCounters.Outcome.MALFORMED);
            return new Decision.Reply(DnsResponses.error(allocator, query, message, refusal.get()));
        }
        String name = query.lowerName();
        for (Zone zone : directory.zones(domain, client)) {
            if (zone.owns(name)) {
                boolean virtual = zone.hasVirtual() && directory.takesVirtual(zone, domain, client);
                Answer answer = zone.answer(query.name(), QueryType.of(query.type()), virtual, random);
                int bytesMax =
                        stream ? DnsResponses.TCP_BYTES_MAX : Math.min(query.udpBytesMax(), DnsResponses.UDP_BYTES_MAX);
                counters.add(DnsCounters.Outcome.ANSWERED);
                return new Decision.Reply(DnsResponses.encode(allocator, query, message, answer, bytesMax));
            }
        }
        return new Decision.Forward(query);
    }

    private static Optional<DnsResponseCode> refusal(DnsQuery query) {
        if (query.opcode() != 0) {
            return Optional.of(DnsResponseCode.NOTIMP);
        }
        if (!query.wellFormed()) {
            return Optional.of(DnsResponseCode.FORMERR);
        }
        return query.extendedVersion() != 0 ? Optional.of(DnsResponseCode.BADVERS_OR_BADSIG) : Optional.empty();
    }
}
