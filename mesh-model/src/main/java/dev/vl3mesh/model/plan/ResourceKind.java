package dev.vl3mesh.model.plan;

/// The kinds of resources, in the order in which a receiver needs them.
public enum ResourceKind {
    /// A domain's own definition.
    DOMAIN,
    /// A node that takes part.
    NODE,
    /// A pod in a domain.
    ATTACHMENT,
    /// A cluster's part of a service.
    SERVICE,
    /// A service's own addresses.
    VIRTUAL,
    /// Something that a cluster's users have written for a mesh.
    CONFIG,
    /// What became of one.
    VERDICT
}
