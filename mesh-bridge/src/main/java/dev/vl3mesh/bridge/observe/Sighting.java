package dev.vl3mesh.bridge.observe;

/// What a node was last heard to say of one attachment.
public sealed interface Sighting {
    /// It has the pod's interface.
    record Attached() implements Sighting {}

    /// It could not attach the pod.
    record Failed(String problem) implements Sighting {}

    /// It says nothing of the pod.
    record Missing() implements Sighting {}

    /// The node has not been heard for long.
    record Silent() implements Sighting {}

    /// The node has not been heard since this replica started to listen, which is not long ago.
    record Unheard() implements Sighting {}
}
