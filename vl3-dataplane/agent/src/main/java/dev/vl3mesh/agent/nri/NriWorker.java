package dev.vl3mesh.agent.nri;

import dev.vl3mesh.agent.state.SandboxListener;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Owns the thread that speaks with the runtime's NRI socket, and connects again whenever the connection ends.
public final class NriWorker {
    private static final Logger log = LoggerFactory.getLogger(NriWorker.class);
    private static final long RECONNECT_MILLIS = 500;
    private static final int READ_BYTES = 64 << 10;

    private final Path socket;
    private final String name;
    private final String index;
    private final SandboxListener listener;
    private final HookTimes hookTimes = new HookTimes();
    private final CountDownLatch stopping = new CountDownLatch(1);
    private final Thread thread;
    private volatile @Nullable PodEvents events;
    private volatile @Nullable SocketChannel channel;
    private String lastProblem = "";

    /// @param socket where the runtime listens, `/run/nri/nri.sock` by default
    /// @param name the plugin's name, `[a-zA-Z0-9-]+`
    /// @param index two digits, the plugin's place in the order of calls
    public NriWorker(Path socket, String name, String index, SandboxListener listener) {
        this.socket = socket;
        this.name = name;
        this.index = index;
        this.listener = listener;
        this.thread = Thread.ofPlatform().name("vl3-nri").daemon().unstarted(this::run);
    }

    /// Starts the thread.
    public void start() {
        thread.start();
    }

    /// Ends the connection and the thread.
    public void stop() throws InterruptedException {
        stopping.countDown();
        SocketChannel current = channel;
        if (current != null) {
            closeQuietly(current);
        }
        thread.join(RECONNECT_MILLIS * 4);
    }

    /// Whether the runtime tells of each new sandbox at the moment.
    public boolean isConnected() {
        PodEvents current = events;
        return current != null && current.isSynchronized();
    }

    /// How long the runtime had to wait for this plugin.
    public HookTimes hookTimes() {
        return hookTimes;
    }

    private void run() {
        try {
            do {
                session();
                events = null;
            } while (!stopping.await(RECONNECT_MILLIS, TimeUnit.MILLISECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void session() {
        try (SocketChannel connection = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel = connection;
            connection.connect(UnixDomainSocketAddress.of(socket));
            PodEvents calls = new PodEvents(listener, System::nanoTime, hookTimes);
            NriSession session = new NriSession(calls, frame -> write(connection, frame));
            session.register(name, index);
            events = calls;
            log.info("nri {}: connected", socket);
            lastProblem = "";
            ByteBuffer buffer = ByteBuffer.allocate(READ_BYTES);
            while (connection.read(buffer) >= 0) {
                session.feed(buffer.flip());
                buffer.clear();
            }
            log.info("nri {}: closed by the runtime", socket);
        } catch (ClosedChannelException e) {
            log.info("nri {}: closed", socket);
        } catch (IOException | UncheckedIOException | NriException e) {
            report(e);
        }
    }

    /// A runtime without NRI refuses twice a second: say it once.
    private void report(Exception e) {
        String problem = "nri " + socket + ": " + e.getMessage();
        if (!problem.equals(lastProblem)) {
            log.warn("{}; pods are attached by the slower CRI loop until it is back", problem);
            lastProblem = problem;
        }
    }

    private static void write(SocketChannel connection, ByteBuffer frame) {
        synchronized (connection) {
            try {
                while (frame.hasRemaining()) {
                    connection.write(frame);
                }
            } catch (IOException e) {
                closeQuietly(connection);
                throw new UncheckedIOException("nri write", e);
            }
        }
    }

    private static void closeQuietly(SocketChannel connection) {
        try {
            connection.close();
        } catch (IOException e) {
            log.debug("nri close", e);
        }
    }
}
