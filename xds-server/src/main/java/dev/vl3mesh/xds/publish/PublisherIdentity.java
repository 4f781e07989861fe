package dev.vl3mesh.xds.publish;

import dev.vl3mesh.identity.IdentityException;
import dev.vl3mesh.identity.Pem;
import dev.vl3mesh.identity.SpiffeId;
import dev.vl3mesh.identity.Svid;
import dev.vl3mesh.xds.client.TokenEnrolment;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Who the publisher is to the control plane, by its pod's token.
final class PublisherIdentity {
    private static final Logger LOG = LoggerFactory.getLogger(PublisherIdentity.class);
    private static final long RETRY_MILLIS = 1_000;

    private final TokenEnrolment enrolment;
    private final List<X509Certificate> roots;
    private volatile @Nullable Svid current;

    /// @throws IdentityException if the roots are none
    PublisherIdentity(PublisherConfig config) {
        this.enrolment =
                new TokenEnrolment(config.controlAddress(), SpiffeId.control(config.trustDomain()), config.tokenFile());
        this.roots = Pem.certificates(config.roots());
    }

    /// Waits for the first identity, however long that takes.
    void await() throws InterruptedException {
        while (current == null) {
            renewIfDue();
            if (current == null) {
                TimeUnit.MILLISECONDS.sleep(RETRY_MILLIS);
            }
        }
    }

    /// The identity to show.
    ///
    /// @throws IllegalStateException before [#await] has returned
    Svid current() {
        Svid svid = current;
        if (svid == null) {
            throw new IllegalStateException("not enrolled yet");
        }
        return svid;
    }

    /// Gets another identity if it is time. A failure is no harm as long as the present one is good.
    void renewIfDue() {
        Svid old = current;
        if (old != null && Instant.now().isBefore(old.renewAt())) {
            return;
        }
        try {
            current = enrolment.enrol(roots);
            LOG.info("enrolled as {}", current);
        } catch (StatusRuntimeException | IdentityException | IOException e) {
            LOG.warn("enrol at {}: {}; trying again", enrolment.address(), e.getMessage());
        }
    }
}
