package dev.vl3mesh.agent.cri;

import dev.vl3mesh.agent.state.Sandbox;
import dev.vl3mesh.agent.state.SandboxListener;
import io.grpc.StatusRuntimeException;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Owns the thread that lists the sandboxes again and again: often while the runtime does not tell by itself or
/// something is missing, seldom otherwise.
public final class CriWorker {
    private static final Logger log = LoggerFactory.getLogger(CriWorker.class);
    private static final long TICK_MILLIS = 1_000;
    private static final long CALM_TICKS = 30;

    private final CriClient client;
    private final SandboxListener listener;
    private final BooleanSupplier urgent;
    private final Thread thread;
    private volatile boolean running = true;
    private String lastProblem = "";

    /// @param urgent whether to list every second instead of every 30 s; asked once a second
    public CriWorker(CriClient client, SandboxListener listener, BooleanSupplier urgent) {
        this.client = client;
        this.listener = listener;
        this.urgent = urgent;
        this.thread = Thread.ofPlatform().name("vl3-cri").daemon().unstarted(this::run);
    }

    /// Starts the thread; it lists at once.
    public void start() {
        thread.start();
    }

    /// Ends the thread.
    public void stop() throws InterruptedException {
        running = false;
        thread.interrupt();
        thread.join();
    }

    private void run() {
        long tick = 0;
        while (running) {
            if (tick % CALM_TICKS == 0 || urgent.getAsBoolean()) {
                list();
            }
            tick++;
            try {
                Thread.sleep(TICK_MILLIS);
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private void list() {
        long askedNanos = System.nanoTime();
        try {
            List<Sandbox> sandboxes = client.list();
            lastProblem = "";
            listener.listed(sandboxes, askedNanos);
        } catch (StatusRuntimeException e) {
            String problem = "cri list sandboxes: " + e.getStatus().getCode() + " "
                    + e.getStatus().getDescription();
            if (!problem.equals(lastProblem) && running) {
                log.warn("{}; what is attached stays", problem);
                lastProblem = problem;
            }
        }
    }
}
