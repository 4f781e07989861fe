package dev.vl3mesh.xds.server;

import dev.vl3mesh.model.DomainName;
import dev.vl3mesh.model.KubeClusterName;
import dev.vl3mesh.model.NodeName;
import dev.vl3mesh.model.plan.MeshResource.VerdictResource;
import dev.vl3mesh.xds.server.ControlHandlers.Refusal;
import java.security.cert.X509Certificate;
import java.util.List;

/// The decisions of a control plane whose domains have no meshes.
public final class NoMeshes implements MeshHandlers {
    private static Refusal refusal(DomainName domain) {
        return new Refusal("domain " + domain + " has no mesh");
    }

    @Override
    public MeshTrust certifyMesh(DomainName domain, byte[] request) {
        throw refusal(domain);
    }

    @Override
    public void judge(DomainName domain, List<VerdictResource> verdicts) {
        throw refusal(domain);
    }

    @Override
    public List<X509Certificate> certifyRelay(NodeName node, DomainName domain, byte[] request) {
        throw refusal(domain);
    }

    @Override
    public DomainToken exchange(NodeName node, DomainName domain, String token) {
        throw refusal(domain);
    }

    @Override
    public List<X509Certificate> certifyRelayOf(KubeClusterName member, DomainName domain, byte[] request) {
        throw refusal(domain);
    }

    @Override
    public DomainToken signFor(KubeClusterName member, DomainName domain, String namespace, String serviceAccount) {
        throw refusal(domain);
    }
}
