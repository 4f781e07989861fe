package dev.vl3mesh.model.plan;

/// The ports and the user of a mesh's sidecars, by the domain's slot: several sidecars in one pod share its
/// network, and are told apart by who sends. Istio's own, those of a sidecar that the pod's cluster
/// injects, are left to that.
///
/// @param slot 0 to 9
public record MeshPorts(int slot) {
    /// The first of the ports that sidecars may have, all domains together, and the cluster's own Istio.
    public static final int FIRST = 15_000;
    /// The last of them.
    public static final int LAST = 16_099;
    /// The last of those that the cluster's own Istio has, which has the first.
    public static final int LAST_OF_CLUSTER = 15_099;
    /// The user of a sidecar that the pod's cluster injects.
    public static final int USER_OF_CLUSTER = 1_337;
    /// The user of the first slot's sidecar.
    public static final int FIRST_USER = 1_338;
    /// The number of slots.
    public static final int SLOTS = 10;

    private static final int PORTS = 100;

    /// Checks the slot.
    ///
    /// @throws IllegalArgumentException if it is out of range
    public MeshPorts {
        if (slot < 0 || slot >= SLOTS) {
            throw new IllegalArgumentException("slot " + slot + " is not in 0.." + (SLOTS - 1));
        }
    }

    private int port(int offset) {
        return FIRST + (slot + 1) * PORTS + offset;
    }

    /// The proxy's administration, on loopback.
    public int admin() {
        return port(0);
    }

    /// Where what the pod sends is captured to.
    public int outbound() {
        return port(1);
    }

    /// Where what comes to the pod is captured to.
    public int inbound() {
        return port(6);
    }

    /// The agent's status.
    public int status() {
        return port(20);
    }

    /// Health, for the kubelet.
    public int health() {
        return port(21);
    }

    /// The proxy's own metrics.
    public int prometheus() {
        return port(90);
    }

    /// The user id and group id.
    public int user() {
        return FIRST_USER + slot;
    }
}
