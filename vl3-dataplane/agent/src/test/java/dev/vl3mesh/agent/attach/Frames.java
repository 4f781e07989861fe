package dev.vl3mesh.agent.attach;

import dev.vl3mesh.linux.netlink.HardwareAddress;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.nio.ByteBuffer;

/// Ethernet frames as a hostile pod would send them, raw.
final class Frames {
    private static final int ETHERNET_BYTES = 14;
    private static final HardwareAddress BROADCAST = new HardwareAddress(0xffff_ffff_ffffL);

    private final HardwareAddress source;
    private final HardwareAddress gateway;

    /// @param source the pod's Ethernet address
    /// @param gateway the room's
    Frames(HardwareAddress source, HardwareAddress gateway) {
        this.source = source;
        this.gateway = gateway;
    }

    private ByteBuffer ethernet(HardwareAddress destination, int type, int bytes) {
        return ByteBuffer.allocate(ETHERNET_BYTES + bytes)
                .put(destination.bytes())
                .put(source.bytes())
                .putShort((short) type);
    }

    /// An ARP answer (RFC 826) that claims an address.
    byte[] arp(String claimed, String target) {
        return ethernet(BROADCAST, 0x0806, 28)
                .putShort((short) 1)
                .putShort((short) 0x0800)
                .put((byte) 6)
                .put((byte) 4)
                .putShort((short) 2)
                .put(source.bytes())
                .put(ip(claimed))
                .put(gateway.bytes())
                .put(ip(target))
                .array();
    }

    /// A UDP packet over IPv4.
    byte[] udp4(String from, String to, int sourcePort, int destinationPort) {
        ByteBuffer frame = ethernet(gateway, 0x0800, 28);
        int start = frame.position();
        frame.put((byte) 0x45)
                .put((byte) 0)
                .putShort((short) 28)
                .putInt(0)
                .put((byte) 64)
                .put((byte) 17);
        frame.putShort((short) 0).put(ip(from)).put(ip(to));
        frame.putShort(start + 10, checksum(frame, start));
        frame.putShort((short) sourcePort)
                .putShort((short) destinationPort)
                .putShort((short) 8)
                .putShort((short) 0);
        return bytes(frame);
    }

    private static short checksum(ByteBuffer frame, int start) {
        int sum = 0;
        for (int i = 0; i < 20; i += 2) {
            sum += Short.toUnsignedInt(frame.getShort(start + i));
        }
        return (short) ~((sum & 0xffff) + (sum >> 16));
    }

    /// A packet over IPv6.
    byte[] ip6(String from, String to, int protocol, int... payload) {
        ByteBuffer frame = ethernet(gateway, 0x86dd, 40 + payload.length)
                .putInt(6 << 28)
                .putShort((short) payload.length)
                .put((byte) protocol)
                .put((byte) 255)
                .put(ip(from))
                .put(ip(to));
        for (int b : payload) {
            frame.put((byte) b);
        }
        return bytes(frame);
    }

    private static byte[] bytes(ByteBuffer frame) {
        byte[] bytes = new byte[frame.flip().remaining()];
        frame.get(bytes);
        return bytes;
    }

    private static byte[] ip(String text) {
        return InetAddress.ofLiteral(text).getAddress();
    }

    /// Sends frames from an interface of a pod, as they are.
    static void send(TestNode node, String pod, String interfaceName, byte[]... frames)
            throws IOException, InterruptedException {
        for (byte[] frame : frames) {
            Process socat = node.start(node.podNamespace(pod), "socat", "-u", "-", "INTERFACE:" + interfaceName);
            try (OutputStream out = socat.getOutputStream()) {
                out.write(frame);
            }
            if (socat.waitFor() != 0) {
                throw new AssertionError(
                        new String(socat.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8));
            }
        }
    }
}
