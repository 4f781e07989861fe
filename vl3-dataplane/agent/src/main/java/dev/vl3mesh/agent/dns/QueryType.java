package dev.vl3mesh.agent.dns;

/// The record types that a zone tells apart (RFC 1035, 3.2.2; RFC 2782; RFC 3596).
enum QueryType {
    A(1),
    NS(2),
    SOA(6),
    PTR(12),
    AAAA(28),
    SRV(33),
    ANY(255),
    /// Any type that no name of a zone has.
    OTHER(-1);

    private final int code;

    QueryType(int code) {
        this.code = code;
    }

    static QueryType of(int code) {
        for (QueryType type : values()) {
            if (type.code == code) {
                return type;
            }
        }
        return OTHER;
    }
}
