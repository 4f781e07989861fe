package dev.vl3mesh.api.v1alpha1;

import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Plural;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Version;

/// One flat L3 network for chosen workloads of any clusters. Cluster-scoped; written in the home cluster, a read-only
/// copy in the others.
@Group(ApiGroup.NAME)
@Version(ApiGroup.VERSION)
@Plural("domains")
@ShortNames("vl3d")
public final class Domain extends CustomResource<DomainSpec, DomainStatus> {
    private static final long serialVersionUID = 1L;
}
