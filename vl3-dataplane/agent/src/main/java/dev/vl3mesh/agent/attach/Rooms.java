package dev.vl3mesh.agent.attach;

import java.util.Set;

/// The rooms of this node. Used by one thread.
public interface Rooms {
    /// Makes a domain's room, or takes over the one that is there, as it is.
    ///
    /// @throws AttachException if the kernel refuses
    Room open(RoomSpec spec);

    /// The names of all rooms that are there, whoever made them.
    Set<String> names();

    /// Takes a room away with everything in it. Not an error where there is none.
    ///
    /// @throws AttachException if the kernel refuses
    void remove(String name);
}
