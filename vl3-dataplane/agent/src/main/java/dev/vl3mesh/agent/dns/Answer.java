package dev.vl3mesh.agent.dns;

import java.util.List;

/// What a zone says to one question.
sealed interface Answer {
    /// Records of the asked name and type, at least one.
    ///
    /// @param additional addresses of the names that the records point to
    record Found(List<ZoneRecord> records, List<ZoneRecord> additional) implements Answer {}

    /// The name exists, but has no record of the type (RFC 2308, 2.2).
    record NoRecords(ZoneRecord.Authority authority) implements Answer {}

    /// Neither the name nor any name below it exists (RFC 2308, 2.1; RFC 8020).
    record NoName(ZoneRecord.Authority authority) implements Answer {}
}
