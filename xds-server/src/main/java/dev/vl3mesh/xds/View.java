package dev.vl3mesh.xds;

import dev.vl3mesh.model.DomainName;
import dev.vl3mesh.model.KubeClusterName;
import dev.vl3mesh.model.NodeName;
import dev.vl3mesh.model.plan.MeshResource;
import dev.vl3mesh.model.plan.MeshResource.AttachmentResource;
import dev.vl3mesh.model.plan.MeshResource.ConfigResource;
import dev.vl3mesh.model.plan.MeshResource.DomainResource;
import dev.vl3mesh.model.plan.MeshResource.VerdictResource;
import dev.vl3mesh.model.plan.MeshResource.Workload;
import java.util.Optional;
import java.util.function.Predicate;

/// Which resources a subscriber may see, and what of them.
public sealed interface View {
    /// What the subscriber sees of a resource; nothing where it may not know of it.
    ///
    /// @param onNode says whether a domain has a pod on the subscriber's node; only asked by an agent's view
    Optional<MeshResource> see(MeshResource resource, Predicate<DomainName> onNode);

    /// The home whose domains alone are shown; empty where any domain may be.
    default Optional<KubeClusterName> home() {
        return Optional.empty();
    }

    /// An agent sees the domains that have pods on its node, and the uids of those pods.
    record OfNode(KubeClusterName cluster, NodeName node) implements View {
        @Override
        public Optional<MeshResource> see(MeshResource resource, Predicate<DomainName> onNode) {
            if (isOfMesh(resource) || !onNode.test(resource.key().domain())) {
                return Optional.empty();
            }
            if (!(resource instanceof AttachmentResource a)) {
                return Optional.of(resource);
            }
            boolean own = a.origin().equals(cluster) && a.node().equals(node);
            return Optional.of(only(a, own ? a.podUid() : Optional.empty(), Workload.UNTOLD));
        }
    }

    /// A member cluster sees what it does not itself publish, of the domains of this home that it may take part in;
    /// and nothing of what others have written for a mesh, which is for the mesh alone.
    ///
    /// @param here the home that shows it
    record OfCluster(KubeClusterName here, KubeClusterName cluster, Predicate<DomainName> allowed) implements View {
        @Override
        public Optional<KubeClusterName> home() {
            return Optional.of(here);
        }

        @Override
        public Optional<MeshResource> see(MeshResource resource, Predicate<DomainName> onNode) {
            boolean visible = !resource.key().origin().equals(cluster)
                    && !isDefinitionOfAnother(resource)
                    && (!isOfMesh(resource) || isFor(cluster, resource))
                    && allowed.test(resource.key().domain());
            return visible ? Optional.of(withoutUid(resource)) : Optional.empty();
        }

        /// Of a domain that another home has under the same name.
        private boolean isDefinitionOfAnother(MeshResource resource) {
            return resource instanceof DomainResource domain
                    && !domain.key().origin().equals(here);
        }
    }

    /// What a member tells a home: only what it publishes itself, of that home's domains.
    record OfOrigin(KubeClusterName origin, KubeClusterName there) implements View {
        @Override
        public Optional<KubeClusterName> home() {
            return Optional.of(there);
        }

        @Override
        public Optional<MeshResource> see(MeshResource resource, Predicate<DomainName> onNode) {
            boolean visible = resource.key().origin().equals(origin) && !(resource instanceof VerdictResource);
            return visible ? Optional.of(withoutUid(resource)) : Optional.empty();
        }
    }

    /// A domain's mesh sees all of its domain, but no pod's uid.
    record OfMesh(DomainName domain) implements View {
        @Override
        public Optional<MeshResource> see(MeshResource resource, Predicate<DomainName> onNode) {
            return resource.key().domain().equals(domain) ? Optional.of(withoutUid(resource)) : Optional.empty();
        }
    }

    private static boolean isOfMesh(MeshResource resource) {
        return resource instanceof ConfigResource || resource instanceof VerdictResource;
    }

    private static boolean isFor(KubeClusterName cluster, MeshResource resource) {
        return resource instanceof VerdictResource verdict && verdict.writer().equals(cluster);
    }

    private static MeshResource withoutUid(MeshResource resource) {
        return resource instanceof AttachmentResource a && a.podUid().isPresent()
                ? only(a, Optional.empty(), a.workload())
                : resource;
    }

    private static AttachmentResource only(AttachmentResource a, Optional<String> podUid, Workload workload) {
        return new AttachmentResource(
                a.origin(),
                a.domain(),
                a.addresses(),
                a.node(),
                a.namespace(),
                a.pod(),
                podUid,
                a.serviceAccount(),
                a.ready(),
                a.sidecar(),
                workload);
    }
}
