package dev.vl3mesh.wait;

import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/// `vl3-wait`: ends with 0 as soon as the interfaces named in `VL3_WAIT` are there. Needs no privilege.
public final class WaitMain {
    private static final int EXIT_USAGE = 2;

    private WaitMain() {}

    /// Runs the gate.
    public static void main(String[] arguments) throws InterruptedException {
        List<Expectation> expectations;
        try {
            expectations = Expectation.parse(System.getenv().getOrDefault("VL3_WAIT", ""));
        } catch (IllegalArgumentException e) {
            System.err.println("vl3-wait: " + e.getMessage());
            System.exit(EXIT_USAGE);
            return;
        }
        new Gate(WaitMain::addresses, Thread::sleep, System.out::println).await(expectations);
    }

    private static Set<InetAddress> addresses(String name) {
        try {
            NetworkInterface found = NetworkInterface.getByName(name);
            return found == null || !found.isUp()
                    ? Set.of()
                    : found.inetAddresses().map(WaitMain::withoutScope).collect(Collectors.toSet());
        } catch (SocketException e) {
            // The interface went away between the two questions.
            return Set.of();
        }
    }

    /// The JDK attaches the interface to IPv6 addresses, which makes them unequal to what was asked for.
    private static InetAddress withoutScope(InetAddress address) {
        String text = address.getHostAddress();
        int percent = text.indexOf('%');
        return percent < 0 ? address : InetAddress.ofLiteral(text.substring(0, percent));
    }
}
