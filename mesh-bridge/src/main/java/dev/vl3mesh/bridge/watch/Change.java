package dev.vl3mesh.bridge.watch;

import dev.vl3mesh.model.plan.ConfigName;

/// One object that may be different from what was seen of it last. Equal changes in a row are one.
public sealed interface Change {
    /// A domain or a copy of one.
    record OfDomain(String name) implements Change {}

    /// An attachment.
    record OfAttachment(String name) implements Change {}

    /// The leases of a domain.
    record OfBlocks(String domain) implements Change {}

    /// A pod that carries addresses, or what its node says of it.
    ///
    /// @param claimHash hexadecimal SHA-256 of its claim; empty where it shows none
    record OfPod(String uid, String claimHash) implements Change {}

    /// A node.
    record OfNode(String name) implements Change {}

    /// A service or its endpoints.
    record OfService(String namespace, String name) implements Change {}

    /// Something that is written for a mesh, or what became of it.
    record OfConfig(ConfigName name) implements Change {}

    /// What domains may not touch, or who meets whom: nodes' pod ranges, service ranges, labels of namespaces.
    record OfSurroundings() implements Change {}
}
