package dev.vl3mesh.agent.relay;

import dev.vl3mesh.agent.relay.ControlCalls.DomainToken;
import dev.vl3mesh.identity.Pem;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// The domain's tokens that this node's pods have got for their own, so that a control plane may be away while sidecars
/// connect again. Keeps hashes of the pods' tokens, never these.
final class TokenCache {
    private static final int TOKENS_MAX = 4_096;
    /// A token is renewed when it has less than this left, and used until it ends where that fails.
    private static final Duration RENEW_BEFORE = Duration.ofHours(1);

    private final Function<String, DomainToken> exchange;
    private final InstantSource clock;
    private final Map<String, DomainToken> tokens = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, DomainToken> eldest) {
            return size() > TOKENS_MAX;
        }
    };

    /// @param exchange gets a domain's token for a pod's own, and may block
    TokenCache(Function<String, DomainToken> exchange, InstantSource clock) {
        this.exchange = exchange;
        this.clock = clock;
    }

    /// The domain's token for a pod's own.
    ///
    /// @throws StatusRuntimeException with the control plane's reason if it refuses, or is away and nothing is kept
    String of(String own) {
        String key = Pem.sha256(own.getBytes(StandardCharsets.UTF_8));
        Instant now = clock.instant();
        DomainToken kept = kept(key);
        if (kept != null && now.isBefore(kept.expires().minus(RENEW_BEFORE))) {
            return kept.token();
        }
        try {
            DomainToken fresh = exchange.apply(own);
            keep(key, fresh);
            return fresh.token();
        } catch (StatusRuntimeException e) {
            boolean refused = e.getStatus().getCode() == Status.Code.PERMISSION_DENIED
                    || e.getStatus().getCode() == Status.Code.INVALID_ARGUMENT;
            if (refused || kept == null || !now.isBefore(kept.expires())) {
                throw e;
            }
            return kept.token();
        }
    }

    private synchronized @Nullable DomainToken kept(String key) {
        return tokens.get(key);
    }

    private synchronized void keep(String key, DomainToken token) {
        tokens.put(key, token);
    }
}
