package dev.vl3mesh.ctl.connectivity;

import dev.vl3mesh.model.address.IpAddress;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// One thing that was tried out.
///
/// @param from `<cluster>/<node>`
/// @param to the same; empty where it is not about one target
/// @param family `IPv4`, `IPv6`, or empty
/// @param protocol `icmp`, `tcp`, `udp`, `source`, `oversize`, `dns` or `isolation`
/// @param bytes of the packet (icmp, oversize) or of the content (tcp, udp); else 0
/// @param detail what was seen
public record Probe(String from, String to, String family, String protocol, int bytes, boolean ok, String detail) {
    private static final Pattern LINE =
            Pattern.compile("([46-]) ([a-z]+) ([0-9]{1,7}) (ok|failed)(?: (.*))?", Pattern.DOTALL);

    /// Reads a line of the script in the pod.
    ///
    /// @param ownAddresses of the pod that probes, which the target must have seen as the source
    /// @return empty for a line that is no probe's
    static Optional<Probe> parse(String line, String from, String to, List<IpAddress> ownAddresses) {
        Matcher matcher = LINE.matcher(line);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        String family = matcher.group(1).equals("-") ? "" : "IPv" + matcher.group(1);
        String detail = matcher.group(5) == null ? "" : matcher.group(5).strip();
        Probe probe = new Probe(
                from,
                to,
                family,
                matcher.group(2),
                Integer.parseInt(matcher.group(3)),
                matcher.group(4).equals("ok"),
                detail);
        return Optional.of(probe.protocol.equals("source") ? probe.judgeSource(ownAddresses) : probe);
    }

    /// There is no NAT: the target sees the very address that the pod has in the domain.
    private Probe judgeSource(List<IpAddress> ownAddresses) {
        String seen = detail.replace("[", "").replace("]", "");
        boolean own = false;
        try {
            if (!seen.isEmpty()) {
                IpAddress address = IpAddress.parse(seen);
                own = ownAddresses.contains(address);
                seen = address.toString(); // socat writes every digit
            }
        } catch (IllegalArgumentException e) {
            seen = "'" + seen + "'";
        }
        String text = seen.isEmpty() ? "no answer" : own ? "seen as " + seen : "seen as " + seen + ", not as itself";
        return new Probe(from, to, family, protocol, bytes, own, text);
    }

    static Probe failed(String from, String to, String protocol, String detail) {
        return new Probe(from, to, "", protocol, 0, false, detail);
    }
}
