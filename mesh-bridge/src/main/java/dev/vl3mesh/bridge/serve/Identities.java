package dev.vl3mesh.bridge.serve;

import dev.vl3mesh.bridge.BridgeConfig;
import dev.vl3mesh.identity.SpiffeId;
import dev.vl3mesh.identity.Svid;
import dev.vl3mesh.spire.WorkloadEndpoint;
import dev.vl3mesh.spire.WorkloadIdentity;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Who this control plane is: by its built-in issuer to other clusters, and to its agents too unless the Workload API
/// says that.
public final class Identities implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Identities.class);

    private final ControlIdentity builtIn;
    private final @Nullable WorkloadIdentity given;

    private Identities(ControlIdentity builtIn, @Nullable WorkloadIdentity given) {
        this.builtIn = builtIn;
        this.given = given;
    }

    /// Loads or makes the issuer, and where there is a Workload API waits until it gives an identity.
    ///
    /// @throws IllegalArgumentException if the API's address is none
    public static Identities load(
            KubernetesClient client, BridgeConfig config, InstantSource clock, SecureRandom random)
            throws InterruptedException {
        Optional<WorkloadEndpoint> endpoint = config.workloadApi().map(WorkloadEndpoint::parse);
        ControlIdentity builtIn = ControlIdentity.load(client, config, clock, random);
        if (endpoint.isEmpty()) {
            return new Identities(builtIn, null);
        }
        SpiffeId self = SpiffeId.control(config.trustDomain());
        WorkloadIdentity given = new WorkloadIdentity(endpoint.get(), self);
        LOG.info("waiting for {} to give {}", endpoint.get(), self);
        given.await();
        return new Identities(builtIn, given);
    }

    /// The built-in issuer, and this replica's identity by it.
    public ControlIdentity builtIn() {
        return builtIn;
    }

    /// What the Workload API gives; nothing where the built-in issuer is all there is.
    public Optional<Supplier<Svid>> given() {
        return Optional.ofNullable(given).map(identity -> identity::current);
    }

    /// When the certificates end, by what they are for.
    public Map<String, Instant> ends() {
        Map<String, Instant> ends = new TreeMap<>();
        ends.put("issuer", builtIn.issuer().root().getNotAfter().toInstant());
        ends.put(
                "control",
                given().map(Supplier::get).orElseGet(builtIn::current).end());
        if (given != null) {
            ends.put("link", builtIn.current().end());
        }
        return ends;
    }

    @Override
    public void close() {
        if (given != null) {
            given.close();
        }
    }
}
