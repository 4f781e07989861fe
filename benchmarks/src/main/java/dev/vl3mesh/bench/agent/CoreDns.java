package dev.vl3mesh.bench.agent;

import dev.vl3mesh.model.address.IpAddress;
import dev.vl3mesh.model.address.IpFamily;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/// CoreDNS, the peers' build of it, in a room: on the gateway's own address, at another port, with a zone that has the
/// same names and addresses as the agent's.
final class CoreDns implements AutoCloseable {
    private static final int PORT = 5353;

    private final Process process;
    private final InetSocketAddress address;

    /// Starts it.
    ///
    /// @param room the network namespace's file
    /// @param folder for its files
    /// @param zone the zone's name, without the final dot
    /// @param names addresses by whole names
    CoreDns(Path room, Path folder, IpAddress gateway, String zone, Map<String, List<IpAddress>> names)
            throws IOException {
        Path binary = AgentImage.cache().resolve("peers/current/bin/coredns");
        if (!Files.isExecutable(binary)) {
            throw new IOException(binary + " is missing: ./vl3 bench builds it, and so does ./vl3 lab up");
        }
        Path zoneFile = Files.writeString(folder.resolve("zone"), zoneFile(zone, names));
        Path corefile = Files.writeString(
                folder.resolve("Corefile"),
                zone + ":" + PORT + " {\n  bind " + gateway + "\n  file " + zoneFile + "\n  loadbalance\n}\n");
        process = new ProcessBuilder(
                        "nsenter", "--net=" + room, binary.toString(), "-conf", corefile.toString(), "-quiet")
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("coredns.log").toFile())
                .start();
        address = new InetSocketAddress(gateway.toInetAddress(), PORT);
    }

    /// RFC 1035, 5.
    private static String zoneFile(String zone, Map<String, List<IpAddress>> names) {
        StringBuilder text = new StringBuilder("$ORIGIN " + zone + ".\n$TTL 5\n"
                + "@ IN SOA gateway hostmaster 1 7200 1800 86400 5\n@ IN NS gateway\ngateway IN A 172.16.0.1\n");
        names.forEach((name, addresses) -> addresses.forEach(address -> text.append(name)
                .append(". IN ")
                .append(address.family() == IpFamily.V4 ? "A " : "AAAA ")
                .append(address)
                .append('\n')));
        return text.toString();
    }

    InetSocketAddress address() {
        return address;
    }

    long pid() {
        return process.pid();
    }

    @Override
    public void close() {
        process.destroyForcibly();
        process.onExit().join();
    }
}
