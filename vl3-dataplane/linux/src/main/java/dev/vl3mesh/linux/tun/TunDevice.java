package dev.vl3mesh.linux.tun;

import dev.vl3mesh.linux.Errno;
import dev.vl3mesh.linux.LinuxException;
import dev.vl3mesh.linux.netns.NetworkNamespace;
import dev.vl3mesh.linux.sys.Libc;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/// A TUN interface: what the kernel routes to it is read here, and what is written here comes in by it, as IP packets
/// (`Documentation/networking/tuntap.rst`). One thread reads and one writes.
public final class TunDevice implements AutoCloseable {
    /// The longest packet, in bytes.
    public static final int PACKET_BYTES_MAX = 65_535;

    /// `linux/if_tun.h`
    private static final long TUNSETIFF = 0x4004_54caL;

    private static final long TUNSETPERSIST = 0x4004_54cbL;

    private static final Path DEVICE = Path.of("/dev/net/tun");
    private static final short IFF_TUN = 1;
    private static final short IFF_NO_PI = 0x1000;
    private static final int IFREQ_BYTES = 40;
    private static final int IFNAMSIZ = 16;

    private final String name;
    private final int descriptor;
    private final int ending;
    private final Arena arena = Arena.ofShared();
    private final Libc.Transfer reader = new Libc.Transfer();
    private final Libc.Transfer writer = new Libc.Transfer();
    private final MemorySegment incoming = arena.allocate(PACKET_BYTES_MAX);
    private final MemorySegment outgoing = arena.allocate(PACKET_BYTES_MAX);
    private final ByteBuffer incomingBytes = incoming.asByteBuffer();
    private final ByteBuffer outgoingBytes = outgoing.asByteBuffer();

    private TunDevice(String name, int descriptor) {
        this.name = name;
        this.descriptor = descriptor;
        this.ending = Libc.eventDescriptor();
    }

    /// Makes an interface in a namespace; it is down, and has no address. It is gone when it is closed.
    ///
    /// @param name of at most 15 bytes
    ///
    /// @throws LinuxException EPERM without CAP_NET_ADMIN, EBUSY if the name is taken, ENOENT without TUN
    public static TunDevice create(String name, NetworkNamespace namespace) {
        return open(name, namespace, DEVICE);
    }

    /// Takes the interface of the name as it is, or makes one. It stays when it is closed, with its addresses and
    /// routes, and loses what is sent to it until it is taken again.
    ///
    /// @param device `/dev/net/tun`, as this process sees it
    ///
    /// @throws LinuxException EPERM without CAP_NET_ADMIN, EBUSY if another process has it, ENOENT without TUN
    public static TunDevice attach(String name, NetworkNamespace namespace, Path device) {
        TunDevice attached = open(name, namespace, device);
        try {
            Libc.ioctl(attached.descriptor, TUNSETPERSIST, 1, "TUNSETPERSIST " + name);
            return attached;
        } catch (LinuxException e) {
            attached.close();
            throw e;
        }
    }

    private static TunDevice open(String name, NetworkNamespace namespace, Path device) {
        byte[] bytes = name.getBytes(StandardCharsets.US_ASCII);
        if (bytes.length == 0 || bytes.length >= IFNAMSIZ) {
            throw new IllegalArgumentException("interface name '" + name + "' has not 1 to 15 bytes");
        }
        byte[] request = ByteBuffer.allocate(IFREQ_BYTES)
                .order(ByteOrder.nativeOrder())
                .put(bytes)
                .putShort(IFNAMSIZ, (short) (IFF_TUN | IFF_NO_PI))
                .array();
        return namespace.call(() -> {
            int descriptor = Libc.open(device.toString(), Libc.O_RDWR);
            try {
                Libc.ioctl(descriptor, TUNSETIFF, request, "TUNSETIFF " + name);
            } catch (LinuxException e) {
                Libc.close(descriptor);
                throw e;
            }
            return new TunDevice(name, descriptor);
        });
    }

    /// The interface's name.
    public String name() {
        return name;
    }

    /// Waits for a packet.
    ///
    /// @return it, in a buffer that the next call writes again; an empty one when [#end] was called
    ///
    /// @throws LinuxException if the interface is gone
    public ByteBuffer read() {
        if (!reader.await(descriptor, ending)) {
            return incomingBytes.clear().limit(0);
        }
        long count = reader.read(descriptor, incoming);
        if (count < 0) {
            throw new LinuxException("read", name, new Errno((int) -count), "");
        }
        return incomingBytes.clear().limit((int) count);
    }

    /// Hands a packet to the kernel.
    ///
    /// @return false if the kernel does not take it, as one that is malformed, or while the interface is down
    public boolean write(ByteBuffer packet) {
        int length = packet.remaining();
        outgoingBytes.clear().put(packet);
        return writer.write(descriptor, outgoing, length) == length;
    }

    /// Ends [#read], now and for ever.
    public void end() {
        Libc.signal(ending);
    }

    /// To be called when nobody reads or writes any more.
    @Override
    public void close() {
        Libc.close(descriptor);
        Libc.close(ending);
        reader.close();
        writer.close();
        arena.close();
    }
}
