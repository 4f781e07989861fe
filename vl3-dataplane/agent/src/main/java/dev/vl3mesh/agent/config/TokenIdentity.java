package dev.vl3mesh.agent.config;

import dev.vl3mesh.identity.IdentityException;
import dev.vl3mesh.identity.Pem;
import dev.vl3mesh.identity.SpiffeId;
import dev.vl3mesh.identity.Svid;
import dev.vl3mesh.xds.client.TokenEnrolment;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// This node's identity by the control plane's built-in issuer, which gives it for the projected token.
final class TokenIdentity implements NodeIdentity {
    private static final Logger log = LoggerFactory.getLogger(TokenIdentity.class);
    private static final Duration RETRY_MIN = Duration.ofMillis(250);
    private static final Duration RETRY_MAX = Duration.ofSeconds(10);

    private final AgentConfig config;
    private final TokenEnrolment enrolment;
    private volatile @Nullable Svid present;

    /// @param address of the control plane, `host:port`
    TokenIdentity(AgentConfig config, String address) {
        this.config = config;
        this.enrolment = new TokenEnrolment(address, SpiffeId.control(config.trustDomain()), config.tokenFile());
    }

    @Override
    public void await() throws InterruptedException {
        Duration pause = RETRY_MIN;
        String lastProblem = "";
        while (true) {
            String problem;
            try {
                present = enrol();
                return;
            } catch (StatusRuntimeException | IdentityException | IOException e) {
                problem = "enrol at " + config.controlAddress() + ": " + e.getMessage();
            }
            if (!problem.equals(lastProblem)) {
                log.warn("{}; trying again, what is attached stays", problem);
                lastProblem = problem;
            }
            TimeUnit.MILLISECONDS.sleep(pause.toMillis());
            pause = pause.multipliedBy(2).compareTo(RETRY_MAX) < 0 ? pause.multipliedBy(2) : RETRY_MAX;
        }
    }

    private Svid enrol() throws IOException {
        Svid svid = enrolment.enrol(Pem.certificates(Files.readString(config.rootsFile())));
        log.info("enrolled as {}", svid);
        return svid;
    }

    @Override
    public Optional<Svid> present() {
        return Optional.ofNullable(present);
    }

    /// The next identity is used by the next connection; streams that are open stay open. A failure is no
    /// harm for the last third of the old one's life.
    @Override
    public void renewIfDue() {
        Svid old = present;
        if (old != null && Instant.now().isBefore(old.renewAt())) {
            return;
        }
        try {
            present = enrol();
        } catch (StatusRuntimeException | IdentityException | IOException e) {
            log.warn("renew {}: {}; trying again", old, e.getMessage());
        }
    }

    @Override
    public void close() {
        // nothing is open between calls
    }
}
