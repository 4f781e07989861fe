package dev.vl3mesh.tunnel;

/// Why something did not go through.
public enum DropReason {
    /// It is no message of the protocol.
    MALFORMED,
    /// A handshake that is not for this side, or of nobody who is a peer.
    STRANGER,
    /// A handshake that was seen before, or comes too soon after another one.
    REPEATED,
    /// A handshake without a cookie, while there are too many.
    UNDER_LOAD,
    /// A message of no session that is known.
    NO_SESSION,
    /// A message of a session that is over.
    EXPIRED,
    /// A message that was not sealed by the peer.
    FORGED,
    /// A message that was seen before, or is too old to tell.
    REPLAYED,
    /// A packet from an address that is not the peer's to send from.
    WRONG_SOURCE,
    /// A packet to an address that is no peer's.
    NO_PEER,
    /// A packet to a peer of which it is not known where it is.
    NO_ENDPOINT,
    /// A packet that waited for a session, and too many after it, or too long.
    NOT_REACHED
}
