package dev.vl3mesh.linux.netns;

import dev.vl3mesh.linux.sys.Libc;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/// An open network namespace. It lives at least as long as this object, whatever happens to its name and its
/// processes.
public final class NetworkNamespace implements AutoCloseable {
    private final int descriptor;
    private final String name;

    NetworkNamespace(int descriptor, String name) {
        this.descriptor = descriptor;
        this.name = name;
    }

    /// Opens a namespace by its file, such as `/run/netns/red` or `/proc/17/ns/net`.
    ///
    /// @throws dev.vl3mesh.linux.LinuxException ENOENT where there is none
    public static NetworkNamespace open(Path file) {
        return new NetworkNamespace(Libc.open(file.toString(), Libc.O_RDONLY), file.toString());
    }

    /// Opens the namespace that this process was started in.
    public static NetworkNamespace own() {
        return open(Path.of("/proc/self/ns/net"));
    }

    /// Makes a new namespace that lives as long as this object or something in it.
    public static NetworkNamespace create(String name) {
        return new NetworkNamespace(
                onOwnThread(name, () -> {
                    Libc.unshare(Libc.CLONE_NEWNET);
                    return Libc.open("/proc/self/task/" + Libc.threadId() + "/ns/net", Libc.O_RDONLY);
                }),
                name);
    }

    /// Runs something on a thread of its own inside this namespace; sockets and channels opened there belong to it,
    /// and can be used by any thread.
    ///
    /// @throws dev.vl3mesh.linux.LinuxException or whatever unchecked exception the call throws
    public <T> T call(Callable<T> call) {
        return onOwnThread(name, () -> {
            Libc.setns(descriptor, Libc.CLONE_NEWNET, name);
            return call.call();
        });
    }

    /// A platform thread that has changed its namespace is never used again.
    static <T> T onOwnThread(String name, Callable<T> call) {
        FutureTask<T> task = new FutureTask<>(call);
        Thread thread = Thread.ofPlatform().name("netns " + name).daemon().start(task);
        try {
            T result = task.get();
            thread.join();
            return result;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new IllegalStateException("in namespace " + name, e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted in namespace " + name, e);
        }
    }

    /// The open file, for netlink messages.
    public int descriptor() {
        return descriptor;
    }

    /// What it was opened by.
    public String name() {
        return name;
    }

    @Override
    public void close() {
        Libc.close(descriptor);
    }

    @Override
    public String toString() {
        return name;
    }
}
