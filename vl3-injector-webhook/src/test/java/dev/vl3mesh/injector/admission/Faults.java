package dev.vl3mesh.injector.admission;

import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/// What may happen between any two calls of an API server: the process ends, or the call fails, before the server has
/// heard it or after.
final class Faults {
    private final RandomGenerator random;
    /// Of a thousand calls.
    private int rate;

    Faults(RandomGenerator random) {
        this.random = random;
    }

    /// The end of a process.
    static final class Crash extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    /// Says how many calls of a thousand go wrong.
    void rate(int ofThousand) {
        rate = ofThousand;
    }

    private void strike() {
        if (random.nextInt(1000) < rate) {
            if (random.nextBoolean()) {
                throw new Crash();
            }
            throw new KubernetesClientException("connection reset");
        }
    }

    <T> T call(Supplier<T> call) {
        strike();
        T answer = call.get();
        strike();
        return answer;
    }

    void run(Runnable call) {
        strike();
        call.run();
        strike();
    }
}
