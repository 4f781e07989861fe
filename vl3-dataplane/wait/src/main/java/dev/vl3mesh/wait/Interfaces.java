package dev.vl3mesh.wait;

import java.net.InetAddress;
import java.util.Set;

/// The network interfaces of this pod.
interface Interfaces {
    /// The addresses of an interface; none where it is down or does not exist.
    Set<InetAddress> addresses(String name);
}
