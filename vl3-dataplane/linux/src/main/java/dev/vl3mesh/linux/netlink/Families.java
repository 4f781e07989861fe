package dev.vl3mesh.linux.netlink;

import dev.vl3mesh.linux.Errno;
import dev.vl3mesh.linux.LinuxException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;

/// Address families (`sys/socket.h`).
final class Families {
    static final int AF_UNSPEC = 0;
    static final int AF_INET = 2;
    static final int AF_BRIDGE = 7;
    static final int AF_INET6 = 10;
    static final List<Integer> INTERNET = List.of(AF_INET, AF_INET6);

    private Families() {}

    static int of(InetAddress address) {
        return address instanceof Inet4Address ? AF_INET : AF_INET6;
    }

    static InetAddress inet(byte[] bytes) {
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new LinuxException(
                    "parse", "an address of " + bytes.length + " bytes", Errno.EINVAL, "4 or 16 are wanted");
        }
    }
}
