package dev.vl3mesh.wait;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// An interface that a pod must have, with its addresses.
///
/// @param name such as `vl3-red`
record Expectation(String name, Set<InetAddress> addresses) {

    /// Parses `vl3-red=172.16.3.7,fd00:16::3:7;vl3-green=172.17.0.9`.
    ///
    /// @throws IllegalArgumentException if the text is anything else
    static List<Expectation> parse(String text) {
        List<Expectation> expectations = new ArrayList<>();
        for (String part : text.split(";")) {
            int equals = part.indexOf('=');
            if (equals <= 0) {
                throw new IllegalArgumentException(
                        "'" + part + "' is not <interface>=<address>,...: VL3_WAIT is written by the vl3mesh webhook");
            }
            Set<InetAddress> addresses = new LinkedHashSet<>();
            for (String address : part.substring(equals + 1).split(",")) {
                addresses.add(InetAddress.ofLiteral(address.strip()));
            }
            expectations.add(new Expectation(part.substring(0, equals).strip(), addresses));
        }
        return expectations;
    }

    /// Says in a few words what is missing, or nothing when the interface is as it must be.
    String missing(Interfaces interfaces) {
        Set<InetAddress> present = interfaces.addresses(name);
        if (present.containsAll(addresses)) {
            return "";
        }
        Set<InetAddress> absent = new LinkedHashSet<>(addresses);
        absent.removeAll(present);
        List<String> texts = absent.stream().map(InetAddress::getHostAddress).toList();
        return name + " with " + String.join(", ", texts);
    }
}
