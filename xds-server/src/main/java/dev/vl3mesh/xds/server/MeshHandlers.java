package dev.vl3mesh.xds.server;

import dev.vl3mesh.model.DomainName;
import dev.vl3mesh.model.KubeClusterName;
import dev.vl3mesh.model.NodeName;
import dev.vl3mesh.model.plan.MeshResource.VerdictResource;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;

/// What a control plane decides about the meshes of domains; the server calls it. Every method may block, and
/// refuses by throwing a [ControlHandlers.Refusal].
public interface MeshHandlers {
    /// What a mesh's own control plane works with.
    ///
    /// @param chain its intermediate first, the domain's root last
    /// @param keys by which the domain's tokens are checked, a JSON Web Key Set
    record MeshTrust(List<X509Certificate> chain, String keys) {}

    /// A token of a domain.
    record DomainToken(String token, Instant expires) {}

    /// Signs an intermediate for the mesh of a domain whose home this is.
    MeshTrust certifyMesh(DomainName domain, byte[] request);

    /// Takes what became of users' configuration of the mesh of a domain whose home this is, all of it.
    void judge(DomainName domain, List<VerdictResource> verdicts);

    /// Signs the certificate of a node's relay.
    ///
    /// @return the leaf first, the domain's root last
    List<X509Certificate> certifyRelay(NodeName node, DomainName domain, byte[] request);

    /// Takes the token of a pod of a node for one of the domain.
    DomainToken exchange(NodeName node, DomainName domain, String token);

    /// Signs the certificate of a relay of a member, as the domain's home.
    List<X509Certificate> certifyRelayOf(KubeClusterName member, DomainName domain, byte[] request);

    /// Signs a token for a pod of a member, as the domain's home.
    DomainToken signFor(KubeClusterName member, DomainName domain, String namespace, String serviceAccount);
}
