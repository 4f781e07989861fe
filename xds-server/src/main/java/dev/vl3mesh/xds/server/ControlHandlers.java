package dev.vl3mesh.xds.server;

import dev.vl3mesh.identity.SpiffeId;
import dev.vl3mesh.model.DomainName;
import dev.vl3mesh.model.KubeClusterName;
import dev.vl3mesh.model.NodeName;
import dev.vl3mesh.model.plan.MeshResource;
import dev.vl3mesh.xds.proto.v1.NodeReport;
import java.security.cert.X509Certificate;
import java.util.List;

/// What a control plane decides; the server calls it. Every method may block, and refuses by throwing a [Refusal].
public interface ControlHandlers {
    /// Signed identity and whom to trust.
    ///
    /// @param home the name of the cluster that signed
    record Signed(List<X509Certificate> chain, List<X509Certificate> roots, KubeClusterName home) {}

    /// A call that is not granted; the message is for the caller.
    final class Refusal extends RuntimeException {
        private static final long serialVersionUID = 1L;

        /// Says why.
        public Refusal(String message) {
            super(message);
        }
    }

    /// Signs an agent's certificate for the node that its token is bound to.
    Signed enrol(String token, byte[] request);

    /// Takes the state of a node.
    void report(NodeName node, NodeReport report);

    /// Lets a cluster in, once.
    Signed redeem(String invitation, byte[] secret, KubeClusterName cluster, byte[] request);

    /// Whether a joined cluster may take part in a domain.
    boolean mayTakePart(KubeClusterName cluster, DomainName domain);

    /// Checks what a member publishes.
    ///
    /// @throws IllegalArgumentException with the reason if one of them may not be published by it
    void checkPublished(KubeClusterName cluster, List<MeshResource> resources);

    /// Says that a member's stream opened or ended.
    void linked(KubeClusterName cluster, boolean connected);

    /// Leases a block of addresses.
    int leaseBlock(KubeClusterName cluster, DomainName domain, String requestId);

    /// What a home knows of a block that a member has.
    enum Confirmation {
        /// The member has it.
        KNOWN,
        /// Nobody had it, as far as the home knew: it is written down now.
        RESTORED,
        /// Another cluster has it.
        REFUSED
    }

    /// Hears that a member has a block.
    Confirmation confirmBlock(KubeClusterName cluster, DomainName domain, int number, String requestId);

    /// Hears that a member has confirmed all its blocks.
    void confirmedAll(KubeClusterName cluster);

    /// Takes a block back.
    void returnBlock(KubeClusterName cluster, DomainName domain, int number);

    /// Signs a new certificate for a member.
    Signed renew(SpiffeId member, byte[] request);

    /// What is decided about meshes.
    MeshHandlers meshes();

    /// Ends a membership.
    void leave(KubeClusterName cluster);
}
