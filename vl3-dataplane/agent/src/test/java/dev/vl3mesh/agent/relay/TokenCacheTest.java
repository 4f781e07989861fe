package dev.vl3mesh.agent.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vl3mesh.agent.relay.ControlCalls.DomainToken;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class TokenCacheTest {
    private static final Duration LIFE = Duration.ofHours(2);

    private Instant now = Instant.EPOCH;
    private int exchanges;
    private Status failure = Status.OK;
    private final TokenCache cache = new TokenCache(this::exchange, () -> now);

    private DomainToken exchange(String own) {
        exchanges++;
        if (!failure.isOk()) {
            throw failure.asRuntimeException();
        }
        return new DomainToken(own + " of the domain, number " + exchanges, now.plus(LIFE));
    }

    @Test
    void aTokenIsExchangedOnceAnHour() {
        assertThat(cache.of("a")).isEqualTo("a of the domain, number 1");
        now = now.plus(Duration.ofMinutes(59));
        assertThat(cache.of("a")).isEqualTo("a of the domain, number 1");
        assertThat(cache.of("b")).isEqualTo("b of the domain, number 2");
        now = now.plus(Duration.ofMinutes(2));
        assertThat(cache.of("a")).isEqualTo("a of the domain, number 3");
    }

    @Test
    void aHomeThatIsAwayIsNotMissedForAnHour() {
        cache.of("a");
        failure = Status.UNAVAILABLE;
        now = now.plus(Duration.ofMinutes(119));
        assertThat(cache.of("a")).isEqualTo("a of the domain, number 1");
        now = now.plus(Duration.ofMinutes(2));
        assertThatThrownBy(() -> cache.of("a")).isInstanceOf(StatusRuntimeException.class);
        assertThatThrownBy(() -> cache.of("b")).hasMessageContaining("UNAVAILABLE");
    }

    @Test
    void whoIsRefusedGetsNothingThatIsKept() {
        cache.of("a");
        failure = Status.PERMISSION_DENIED;
        now = now.plus(Duration.ofMinutes(61));
        assertThatThrownBy(() -> cache.of("a")).hasMessageContaining("PERMISSION_DENIED");
    }
}
