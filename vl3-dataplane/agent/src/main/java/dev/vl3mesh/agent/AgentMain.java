package dev.vl3mesh.agent;

import dev.vl3mesh.agent.config.AgentConfig;
import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The node agent: `java … dev.vl3mesh.agent.AgentMain`, configured by its environment ([AgentConfig]).
public final class AgentMain {
    private static final Logger log = LoggerFactory.getLogger(AgentMain.class);
    private static final int EXIT_CONFIG = 2;
    private static final int EXIT_BROKEN = 3;

    private AgentMain() {}

    /// Runs until a signal comes. Whatever is attached stays as it is when the agent ends, however it ends.
    public static void main(String[] arguments) throws IOException, InterruptedException {
        AgentConfig config;
        try {
            config = AgentConfig.of(System.getenv());
        } catch (IllegalArgumentException e) {
            System.err.println("vl3-agent: " + e.getMessage());
            System.exit(EXIT_CONFIG);
            return;
        }
        CountDownLatch stopped = new CountDownLatch(1);
        Agent agent = new Agent(config, (thread, failure) -> {
            log.error("{} broke: a defect; ending so that a new agent takes over", thread.getName(), failure);
            Runtime.getRuntime().halt(EXIT_BROKEN);
        });
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(agent, stopped), "vl3-stop"));
        agent.start();
        log.info("vl3-agent of {}/{} runs", config.cluster(), config.node());
        stopped.await();
    }

    private static void stop(Agent agent, CountDownLatch stopped) {
        try {
            agent.stop();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            stopped.countDown();
        }
    }
}
