package dev.vl3mesh.api.v1alpha1;

import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Plural;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Version;

/// The link between this cluster and another one. Cluster-scoped, named like the other cluster.
@Group(ApiGroup.NAME)
@Version(ApiGroup.VERSION)
@Plural("links")
@ShortNames("vl3l")
public final class Link extends CustomResource<LinkSpec, LinkStatus> {
    private static final long serialVersionUID = 1L;
}
