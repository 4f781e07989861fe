package dev.vl3mesh.agent.dns;

import dev.vl3mesh.model.address.IpAddress;

/// One resource record of a zone. Names are in lower case and end with a dot.
sealed interface ZoneRecord {
    /// Seconds that anybody may keep an answer. Short, because pods come and go and a stale address is a failed
    /// connection.
    int TTL_SECONDS = 5;

    /// The name that the record belongs to.
    String owner();

    /// A or AAAA (RFC 1035, 3.4.1; RFC 3596, 2.1).
    record Address(String owner, IpAddress address) implements ZoneRecord {}

    /// SRV (RFC 2782); priority and weight are always 0: all endpoints are equal.
    record Service(String owner, int port, String target) implements ZoneRecord {}

    /// PTR (RFC 1035, 3.3.12).
    record Pointer(String owner, String target) implements ZoneRecord {}

    /// NS (RFC 1035, 3.3.11).
    record NameServer(String owner, String target) implements ZoneRecord {}

    /// SOA (RFC 1035, 3.3.13); its minimum is the time that a negative answer may be kept (RFC 2308, 4).
    record Authority(String owner, String primary) implements ZoneRecord {}
}
