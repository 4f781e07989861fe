package dev.vl3mesh.agent.config;

import dev.vl3mesh.identity.SpiffeId;
import dev.vl3mesh.identity.Svid;
import dev.vl3mesh.spire.WorkloadEndpoint;
import dev.vl3mesh.spire.WorkloadIdentity;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// This node's identity as SPIFFE's Workload API gives it. The API says by itself when there is another one.
final class SpireIdentity implements NodeIdentity {
    private static final Logger log = LoggerFactory.getLogger(SpireIdentity.class);

    private final WorkloadEndpoint endpoint;
    private final SpiffeId self;
    private final WorkloadIdentity identity;
    private volatile boolean given;

    SpireIdentity(WorkloadEndpoint endpoint, SpiffeId self) {
        this.endpoint = endpoint;
        this.self = self;
        this.identity = new WorkloadIdentity(endpoint, self);
    }

    @Override
    public void await() throws InterruptedException {
        log.info("waiting for {} to give {}", endpoint, self);
        identity.await();
        given = true;
    }

    @Override
    public Optional<Svid> present() {
        return given ? Optional.of(identity.current()) : Optional.empty();
    }

    @Override
    public void renewIfDue() {
        // it is followed
    }

    @Override
    public void close() {
        identity.close();
    }
}
