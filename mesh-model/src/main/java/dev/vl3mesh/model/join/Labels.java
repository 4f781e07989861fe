package dev.vl3mesh.model.join;

/// Labels and annotations that users write and vl3mesh reads, or the other way round.
public final class Labels {
    /// Label of a namespace or pod: the domains to join, separated by dots because a label value takes no
    /// comma, or `none`. Of something that is written for a mesh: the one domain that it is for.
    public static final String DOMAINS = "vl3mesh.dev/domains";
    /// Label of a namespace in several meshes: the domain of what is written there for a mesh without naming
    /// one.
    public static final String CONFIG_DOMAIN = "vl3mesh.dev/config-domain";
    /// Label of a namespace or pod: the domains in which short names are looked up before the cluster, separated
    /// by dots.
    public static final String SEARCH_DOMAINS = "vl3mesh.dev/search-domains";
    /// Annotation of an attached pod: JSON object from domain to its list of addresses, e.g.
    /// `{"red":["172.16.3.7","fd00:16::3:7"]}`.
    public static final String ATTACHMENTS = "vl3mesh.dev/attachments";
    /// Annotation of an attached pod: a random secret that ties the pod to its Attachments until its uid is
    /// known. An Attachment holds its hash only.
    public static final String CLAIM = "vl3mesh.dev/claim";
    /// Label that admission puts on every attached pod, `true`, so that only they need watching.
    public static final String ATTACHED = "vl3mesh.dev/attached";
    /// Label that admission puts on a pod with a sidecar: what the sidecar's mesh calls its workload.
    public static final String WORKLOAD = "vl3mesh.dev/workload";
    /// Label or annotation of a pod, Istio's own: `false` gives it no sidecar.
    public static final String SIDECAR = "sidecar.istio.io/inject";
    /// Label of a pod, Istio's own: which revision of a mesh's control plane serves its sidecar.
    public static final String REVISION = "istio.io/rev";
    /// Label that admission puts on a pod with a sidecar, Istio's own: where the pod is, as long as
    /// Kubernetes does not say by `topology.kubernetes.io/region`.
    public static final String LOCALITY = "istio-locality";
    /// Label of objects that a control plane wrote as a read-only copy of its home's; the value is the home
    /// cluster's name.
    public static final String HOME = "vl3mesh.dev/home";

    /// Annotation of a Link to a home that is being left: `true` leaves it even if it does not answer.
    public static final String FORGET = "vl3mesh.dev/forget";

    private Labels() {}
}
