package dev.vl3mesh.linux.netns;

import dev.vl3mesh.linux.Errno;
import dev.vl3mesh.linux.LinuxException;
import dev.vl3mesh.linux.sys.Libc;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.stream.Stream;

/// The node's own mounts, seen from a container that shares the node's process ids but not its mounts. A network
/// namespace pinned through here outlives the
/// container. A namespace that a container mounts for itself would die with it, and Kubernetes lets only privileged
/// containers share mounts with the node.
///
/// Needs CAP_SYS_ADMIN, CAP_SYS_CHROOT and CAP_SYS_PTRACE, and `hostPID`.
public final class NodeMounts implements AutoCloseable {
    private static final String FOLDER = "/run/netns/";
    private static final long NSFS_MAGIC = 0x6e73_6673; // linux/magic.h
    private static final int AF_UNIX = 1;
    private static final int SOCK_STREAM = 1;
    private static final int SOL_SOCKET = 1;
    private static final int SO_PEERCRED = 17;
    private static final int UNIX_PATH_MAX = 108;

    private final int mounts;
    private final int pid;

    private NodeMounts(int mounts, int pid) {
        this.mounts = mounts;
        this.pid = pid;
    }

    /// Opens the mounts that a process of the node sees.
    ///
    /// @param pid for example [#serverOf] the container runtime's socket
    public static NodeMounts ofProcess(int pid) {
        return new NodeMounts(Libc.open("/proc/" + pid + "/ns/mnt", Libc.O_RDONLY), pid);
    }

    /// The id of the process that listens at a unix socket (SO_PEERCRED, unix(7)).
    public static int serverOf(Path socket) {
        byte[] path = socket.toString().getBytes(StandardCharsets.UTF_8);
        if (path.length >= UNIX_PATH_MAX) {
            throw new IllegalArgumentException(socket + " is longer than a unix socket's path may be");
        }
        byte[] address = new byte[2 + path.length + 1];
        address[0] = AF_UNIX; // sa_family_t, little-endian
        System.arraycopy(path, 0, address, 2, path.length);
        int descriptor = Libc.socket(AF_UNIX, SOCK_STREAM, 0);
        try {
            Libc.connect(descriptor, address, socket.toString());
            return Libc.option(descriptor, SOL_SOCKET, SO_PEERCRED, 3)[0];
        } finally {
            Libc.close(descriptor);
        }
    }

    /// Runs something on a thread of its own that sees the node's files.
    private <T> T inside(String what, Callable<T> call) {
        return NetworkNamespace.onOwnThread(what, () -> {
            Libc.unshare(Libc.CLONE_FS);
            Libc.setns(mounts, Libc.CLONE_NEWNS, "mounts of process " + pid);
            return call.call();
        });
    }

    /// How this process reaches a file of the node.
    ///
    /// @param path of the node, absolute
    public Path path(String path) {
        return Path.of("/proc/" + pid + "/root" + path);
    }

    /// Opens a network namespace by a path of the node.
    ///
    /// @throws LinuxException ENOENT where there is none, EINVAL where the file is no namespace
    public NetworkNamespace open(String path) {
        return inside(path, () -> openPinned(path));
    }

    private static NetworkNamespace openPinned(String path) {
        int descriptor = Libc.open(path, Libc.O_RDONLY);
        if (Libc.fileSystem(descriptor) != NSFS_MAGIC) {
            Libc.close(descriptor);
            throw new LinuxException("open", path, Errno.EINVAL, "is not a namespace");
        }
        return new NetworkNamespace(descriptor, path);
    }

    /// Opens the namespace pinned under a name, or makes and pins it. A file that is no namespace, left by a reboot
    /// or a crash, is replaced.
    ///
    /// @param name a file name below `/run/netns`
    public NetworkNamespace pin(String name) {
        String path = FOLDER + name;
        return inside(name, () -> {
            try {
                return openPinned(path);
            } catch (LinuxException e) {
                if (e.errno().equals(Errno.EINVAL)) {
                    Libc.unlink(path);
                } else if (!e.errno().equals(Errno.ENOENT)) {
                    throw e;
                }
            }
            Files.createDirectories(Path.of(FOLDER));
            Libc.close(Libc.open(path, Libc.O_RDONLY | Libc.O_CREAT));
            Libc.unshare(Libc.CLONE_NEWNET);
            Libc.bindMount("/proc/" + ProcessHandle.current().pid() + "/task/" + Libc.threadId() + "/ns/net", path);
            return openPinned(path);
        });
    }

    /// Takes a pinned namespace's name away; it ends when nothing uses it any more. Not an error where there is none.
    public void unpin(String name) {
        String path = FOLDER + name;
        inside(name, () -> {
            try {
                Libc.unmount(path);
            } catch (LinuxException e) {
                if (e.errno().equals(Errno.ENOENT)) {
                    return null;
                }
                if (!e.errno().equals(Errno.EINVAL)) { // EINVAL: not a mount, just a file
                    throw e;
                }
            }
            Libc.unlink(path);
            return null;
        });
    }

    /// The names below `/run/netns` that start with a prefix.
    public Set<String> names(String prefix) {
        return inside(FOLDER, () -> {
            try (Stream<Path> files = Files.list(Path.of(FOLDER))) {
                Set<String> names = new TreeSet<>();
                files.map(file -> String.valueOf(file.getFileName()))
                        .filter(name -> name.startsWith(prefix))
                        .forEach(names::add);
                return names;
            } catch (IOException e) {
                return Set.of(); // the folder comes with the first namespace
            }
        });
    }

    /// Sets variables below `/proc/sys/net` of a network namespace, through the node's proc file system: a
    /// container's is read-only.
    ///
    /// @param values by variables such as `ipv6/conf/all/forwarding`, set in the map's order
    public void setSysctls(NetworkNamespace namespace, Map<String, String> values) {
        inside("sysctls of " + namespace, () -> {
            // the thread's network namespace decides whose variables the files are
            Libc.setns(namespace.descriptor(), Libc.CLONE_NEWNET, namespace.name());
            values.forEach((variable, value) -> write("/proc/sys/net/" + variable, value));
            return null;
        });
    }

    private static void write(String path, String value) {
        int descriptor = Libc.open(path, Libc.O_WRONLY);
        try {
            Libc.write(descriptor, value, path);
        } finally {
            Libc.close(descriptor);
        }
    }

    @Override
    public void close() {
        Libc.close(mounts);
    }
}
