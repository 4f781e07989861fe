package dev.vl3mesh.agent.probe;

import dev.vl3mesh.agent.attach.NodeContext;

/// Decides a domain's MTU on this node from what was measured. All nodes of a domain tell each other the
/// least of their own paths, so that all of them take the same: a packet that a pod may send then fits to
/// every pod, also to one whose node has a narrow path to a third.
///
/// Down at once; up only when no path is unknown any more, so that an agent that starts does not widen and
/// narrow again what it took over.
final class DomainMtu {
    private static final long UNDECIDED_NANOS = 10_000_000_000L;

    private int current;
    private long undecidedSinceNanos;
    private boolean undecided;

    /// What was measured, at one time.
    ///
    /// @param ownPaths the least of this node's own paths, in bytes; 0 where none is known
    /// @param peersPaths the least of what peers said of theirs; 0 where none said anything
    /// @param complete whether every path of this node is known
    record Measured(int ownPaths, int peersPaths, boolean complete) {
        /// The least of all; 0 where nothing is known.
        int least() {
            return ownPaths == 0 || peersPaths == 0 ? Math.max(ownPaths, peersPaths) : Math.min(ownPaths, peersPaths);
        }

        /// Whether the underlay is narrower than IP over it has to be.
        boolean isTooSmall() {
            return least() > 0 && least() < NodeContext.MTU_MIN;
        }
    }

    /// Takes the present measures.
    ///
    /// @return the MTU that the domain has to have, never less than IPv6 needs; 0 where nothing is known
    int decide(Measured measured, long nowNanos) {
        int least = measured.least();
        if (measured.complete()) {
            undecided = false;
        } else if (!undecided) {
            undecided = true;
            undecidedSinceNanos = nowNanos;
        }
        boolean mayRaise = !undecided || nowNanos - undecidedSinceNanos >= UNDECIDED_NANOS;
        int wanted = least == 0 ? 0 : Math.max(NodeContext.MTU_MIN, least);
        boolean narrower = wanted > 0 && (current == 0 || wanted < current);
        if (mayRaise || (narrower && current > 0)) {
            current = wanted;
        }
        return current;
    }

    /// Begins with what the domain has.
    void begin(int mtu) {
        current = mtu;
    }
}
