package dev.vl3mesh.xds.server;

import dev.vl3mesh.identity.Svid;
import java.net.InetSocketAddress;
import java.util.EnumSet;
import java.util.Set;
import java.util.function.Supplier;

/// Where a server listens, as whom, and for whom.
///
/// @param address port 0 chooses a free one
/// @param current the server's identity, asked for at each handshake; its roots are those that callers are checked
///     against
/// @param callers who is served; all others are refused, whoever signed for them
public record Door(InetSocketAddress address, Supplier<Svid> current, Set<Caller> callers) {
    /// What a caller may be.
    public enum Caller {
        /// An agent, `spiffe://<trust domain>/node/<node>`.
        NODE,
        /// Another cluster's control plane, `spiffe://<trust domain>/cluster/<name>`.
        CLUSTER
    }

    /// Makes an immutable copy.
    public Door {
        callers = Set.copyOf(callers);
    }

    /// For everybody.
    public static Door forAll(InetSocketAddress address, Supplier<Svid> current) {
        return new Door(address, current, EnumSet.allOf(Caller.class));
    }
}
