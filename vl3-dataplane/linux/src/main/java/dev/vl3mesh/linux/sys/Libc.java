package dev.vl3mesh.linux.sys;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.vl3mesh.linux.Errno;
import dev.vl3mesh.linux.LinuxException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/// The handful of C functions that this module needs. Each throws a [LinuxException] that names the operation and
/// its subject.
@SuppressWarnings("restricted") // this module's purpose; the launchers grant native access to it alone
public final class Libc {
    /// `sched.h`: a network namespace.
    public static final int CLONE_NEWNET = 0x4000_0000;
    /// `sched.h`: a mount namespace.
    public static final int CLONE_NEWNS = 0x0002_0000;
    /// `sched.h`: root and current folder; a thread that shares them with others can't change its mount namespace.
    public static final int CLONE_FS = 0x0000_0200;
    /// `fcntl.h`
    public static final int O_RDONLY = 0;
    /// `fcntl.h`
    public static final int O_WRONLY = 1;
    /// `fcntl.h`
    public static final int O_RDWR = 2;
    /// `fcntl.h`
    public static final int O_CREAT = 0x40;
    /// `fcntl.h`
    public static final int O_CLOEXEC = 0x8_0000;
    /// `linux/mount.h`
    public static final int MS_BIND = 4096;
    /// `sys/mount.h`: detach even if busy.
    public static final int MNT_DETACH = 2;

    private static final Linker LINKER = Linker.nativeLinker();
    private static final StructLayout STATE = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO = STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));

    private static final MethodHandle SOCKET = handle("socket", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT);
    private static final MethodHandle BIND = handle("bind", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT);
    private static final MethodHandle CONNECT = handle("connect", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT);
    private static final MethodHandle SETSOCKOPT =
            handle("setsockopt", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT);
    private static final MethodHandle GETSOCKOPT =
            handle("getsockopt", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, ADDRESS);
    private static final MethodHandle SEND = handle("send", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT);
    private static final MethodHandle RECV = handle("recv", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT);
    private static final MethodHandle CLOSE = handle("close", JAVA_INT, JAVA_INT);
    private static final MethodHandle OPEN = handle("open", JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT);
    private static final MethodHandle WRITE = handle("write", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG);
    private static final MethodHandle READ = handle("read", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG);
    private static final MethodHandle POLL = handle("poll", JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT);
    private static final MethodHandle EVENTFD = handle("eventfd", JAVA_INT, JAVA_INT, JAVA_INT);
    private static final MethodHandle IOCTL = LINKER.downcallHandle(
            LINKER.defaultLookup().findOrThrow("ioctl"),
            FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, ADDRESS),
            Linker.Option.firstVariadicArg(2),
            Linker.Option.captureCallState("errno"));
    private static final MethodHandle SETNS = handle("setns", JAVA_INT, JAVA_INT, JAVA_INT);
    private static final MethodHandle UNSHARE = handle("unshare", JAVA_INT, JAVA_INT);
    private static final MethodHandle MOUNT = handle("mount", JAVA_INT, ADDRESS, ADDRESS, ADDRESS, JAVA_LONG, ADDRESS);
    private static final MethodHandle UMOUNT2 = handle("umount2", JAVA_INT, ADDRESS, JAVA_INT);
    private static final MethodHandle UNLINK = handle("unlink", JAVA_INT, ADDRESS);
    private static final MethodHandle FSTATFS = handle("fstatfs", JAVA_INT, JAVA_INT, ADDRESS);
    private static final MethodHandle GETTID = handle("gettid", JAVA_INT);

    private Libc() {}

    private static MethodHandle handle(String name, MemoryLayout result, MemoryLayout... parameters) {
        return LINKER.downcallHandle(
                LINKER.defaultLookup().findOrThrow(name),
                FunctionDescriptor.of(result, parameters),
                Linker.Option.captureCallState("errno"));
    }

    /// A call that may fail, with the memory that it needs.
    private interface Call {
        long call(Arena arena, MemorySegment state) throws Throwable;
    }

    private static long checked(String operation, String subject, Call call) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(STATE);
            long result = call.call(arena, state);
            if (result < 0) {
                throw new LinuxException(operation, subject, new Errno((int) ERRNO.get(state, 0L)), "");
            }
            return result;
        } catch (LinuxException e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(operation + " can't be called", e);
        }
    }

    /// Opens a socket.
    public static int socket(int family, int type, int protocol) {
        return (int) checked(
                "socket", "family " + family, (_, state) -> (int) SOCKET.invokeExact(state, family, type, protocol));
    }

    /// Binds a socket to an address of the kernel's form.
    public static void bind(int socket, byte[] address) {
        checked("bind", "socket", (arena, state) ->
                (int) BIND.invokeExact(state, socket, arena.allocateFrom(JAVA_BYTE, address), address.length));
    }

    /// Connects a socket to an address of the kernel's form.
    public static void connect(int socket, byte[] address, String subject) {
        checked("connect", subject, (arena, state) ->
                (int) CONNECT.invokeExact(state, socket, arena.allocateFrom(JAVA_BYTE, address), address.length));
    }

    /// Sets an option that is an int.
    public static void setOption(int socket, int level, int option, int value) {
        checked("setsockopt", "option " + option, (arena, state) -> {
            MemorySegment number = arena.allocateFrom(JAVA_INT, value);
            return (int) SETSOCKOPT.invokeExact(state, socket, level, option, number, Integer.BYTES);
        });
    }

    /// Reads an option of several ints.
    public static int[] option(int socket, int level, int option, int count) {
        int[] values = new int[count];
        checked("getsockopt", "option " + option, (arena, state) -> {
            MemorySegment numbers = arena.allocate(JAVA_INT, count);
            MemorySegment length = arena.allocateFrom(JAVA_INT, count * Integer.BYTES);
            int result = (int) GETSOCKOPT.invokeExact(state, socket, level, option, numbers, length);
            MemorySegment.copy(numbers, JAVA_INT, 0, values, 0, count);
            return result;
        });
        return values;
    }

    /// Sends one message.
    public static void send(int socket, byte[] message, String subject) {
        checked("send", subject, (arena, state) -> (long)
                SEND.invokeExact(state, socket, arena.allocateFrom(JAVA_BYTE, message), (long) message.length, 0));
    }

    /// Receives one message, of at most so many bytes.
    public static byte[] receive(int socket, int bytesMax, String subject) {
        byte[][] message = new byte[1][];
        checked("recv", subject, (arena, state) -> {
            MemorySegment buffer = arena.allocate(bytesMax);
            long length = (long) RECV.invokeExact(state, socket, buffer, (long) bytesMax, 0);
            if (length >= 0) {
                message[0] = buffer.asSlice(0, length).toArray(JAVA_BYTE);
            }
            return length;
        });
        return message[0];
    }

    /// Closes a descriptor.
    public static void close(int descriptor) {
        checked("close", "descriptor " + descriptor, (_, state) -> (int) CLOSE.invokeExact(state, descriptor));
    }

    /// Opens a file, close-on-exec.
    public static int open(String path, int flags) {
        return (int) checked("open", path, (arena, state) ->
                (int) OPEN.invokeExact(state, arena.allocateFrom(path), flags | O_CLOEXEC, 0600));
    }

    /// Writes text to a descriptor.
    public static void write(int descriptor, String text, String subject) {
        checked("write", subject, (arena, state) ->
                (long) WRITE.invokeExact(state, descriptor, arena.allocateFrom(text), (long) text.length()));
    }

    /// Reads a short text.
    public static String read(int descriptor, String subject) {
        StringBuilder text = new StringBuilder();
        checked("read", subject, (arena, state) -> {
            MemorySegment buffer = arena.allocate(4096);
            long length = (long) READ.invokeExact(state, descriptor, buffer, 4095L);
            if (length > 0) {
                text.append(buffer.getString(0));
            }
            return length;
        });
        return text.toString();
    }

    /// Moves the calling thread into a namespace.
    public static void setns(int descriptor, int type, String subject) {
        checked("setns", subject, (_, state) -> (int) SETNS.invokeExact(state, descriptor, type));
    }

    /// Gives the calling thread something of its own.
    public static void unshare(int flags) {
        checked("unshare", "flags 0x" + Integer.toHexString(flags), (_, state) ->
                (int) UNSHARE.invokeExact(state, flags));
    }

    /// Mounts a file over another.
    public static void bindMount(String source, String target) {
        checked("mount", source + " on " + target, (arena, state) -> (int) MOUNT.invokeExact(
                state,
                arena.allocateFrom(source),
                arena.allocateFrom(target),
                MemorySegment.NULL,
                (long) MS_BIND,
                MemorySegment.NULL));
    }

    /// Takes a mount away.
    public static void unmount(String target) {
        checked("umount", target, (arena, state) ->
                (int) UMOUNT2.invokeExact(state, arena.allocateFrom(target), MNT_DETACH));
    }

    /// Deletes a file.
    public static void unlink(String path) {
        checked("unlink", path, (arena, state) -> (int) UNLINK.invokeExact(state, arena.allocateFrom(path)));
    }

    /// The magic number of the file system that a descriptor is on (`linux/magic.h`).
    public static long fileSystem(int descriptor) {
        long[] magic = new long[1];
        checked("fstatfs", "descriptor " + descriptor, (arena, state) -> {
            MemorySegment buffer = arena.allocate(120, Long.BYTES); // sizeof(struct statfs) on 64-bit Linux
            int result = (int) FSTATFS.invokeExact(state, descriptor, buffer);
            magic[0] = buffer.get(JAVA_LONG, 0);
            return result;
        });
        return magic[0];
    }

    /// The calling thread's id.
    public static int threadId() {
        return (int) checked("gettid", "", (_, state) -> (int) GETTID.invokeExact(state));
    }

    /// Controls a device by a structure of bytes, which it may change.
    public static void ioctl(int descriptor, long request, byte[] argument, String subject) {
        checked("ioctl", subject, (arena, state) -> {
            MemorySegment memory = arena.allocateFrom(JAVA_BYTE, argument);
            int result = (int) IOCTL.invokeExact(state, descriptor, request, memory);
            MemorySegment.copy(memory, JAVA_BYTE, 0, argument, 0, argument.length);
            return result;
        });
    }

    /// Controls a device by a number.
    public static void ioctl(int descriptor, long request, long argument, String subject) {
        checked("ioctl", subject, (_, state) ->
                (int) IOCTL.invokeExact(state, descriptor, request, MemorySegment.ofAddress(argument)));
    }

    /// A descriptor by which one thread wakes another one (`eventfd(2)`).
    public static int eventDescriptor() {
        return (int) checked("eventfd", "", (_, state) -> (int) EVENTFD.invokeExact(state, 0, O_CLOEXEC));
    }

    /// Wakes who waits for such a descriptor.
    public static void signal(int eventDescriptor) {
        checked("write", "eventfd", (arena, state) ->
                (long) WRITE.invokeExact(state, eventDescriptor, arena.allocateFrom(JAVA_LONG, 1L), (long) Long.BYTES));
    }

    /// The transfers of one thread from and to descriptors: they need memory once, and throw nothing but what ends the
    /// descriptor. Not safe for threads.
    public static final class Transfer implements AutoCloseable {
        private static final short POLLIN = 1;
        private static final int POLL_ENTRY = 8;
        private static final int POLL_RESULT_AT = 6;
        private static final int EINTR = 4;

        private final Arena arena = Arena.ofShared();
        private final MemorySegment state = arena.allocate(STATE);
        private final MemorySegment polled = arena.allocate(2L * POLL_ENTRY, Integer.BYTES);

        /// Waits until there is something to read, or another thread signals.
        ///
        /// @return false if it was signalled
        public boolean await(int descriptor, int eventDescriptor) {
            polled.set(JAVA_INT, 0, descriptor);
            polled.set(JAVA_SHORT, Integer.BYTES, POLLIN);
            polled.set(JAVA_INT, POLL_ENTRY, eventDescriptor);
            polled.set(JAVA_SHORT, POLL_ENTRY + Integer.BYTES, POLLIN);
            while (poll() < 0) {
                if (errno() != EINTR) {
                    throw new LinuxException("poll", "descriptor " + descriptor, new Errno(errno()), "");
                }
            }
            return polled.get(JAVA_SHORT, POLL_ENTRY + POLL_RESULT_AT) == 0;
        }

        private int poll() {
            try {
                return (int) POLL.invokeExact(state, polled, 2L, -1);
            } catch (Throwable e) { // a method handle declares it, and a C function throws nothing
                throw new IllegalStateException("poll can't be called", e);
            }
        }

        private int errno() {
            return (int) ERRNO.get(state, 0L);
        }

        /// Reads at most what a segment holds.
        ///
        /// @return the number of bytes, or minus the error's number
        public long read(int descriptor, MemorySegment into) {
            try {
                long count = (long) READ.invokeExact(state, descriptor, into, into.byteSize());
                return count < 0 ? -errno() : count;
            } catch (Throwable e) { // as above
                throw new IllegalStateException("read can't be called", e);
            }
        }

        /// Writes so many bytes of a segment.
        ///
        /// @return the number of bytes, or minus the error's number
        public long write(int descriptor, MemorySegment from, long bytes) {
            try {
                long count = (long) WRITE.invokeExact(state, descriptor, from, bytes);
                return count < 0 ? -errno() : count;
            } catch (Throwable e) { // as above
                throw new IllegalStateException("write can't be called", e);
            }
        }

        @Override
        public void close() {
            arena.close();
        }
    }
}
