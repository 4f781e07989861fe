package dev.vl3mesh.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.extended.leaderelection.resourcelock.LeaderElectionRecord;
import io.fabric8.kubernetes.client.extended.leaderelection.resourcelock.Lock;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Who leads, and when: fabric8's elector on a lease in memory.
class LeadershipTest {
    private static final Leadership.Pace QUICK =
            new Leadership.Pace(Duration.ofSeconds(60), Duration.ofSeconds(50), Duration.ofMillis(5));

    /// No server is ever asked: only the lock would.
    private final KubernetesClient client =
            new KubernetesClientBuilder().withConfig(Config.empty()).build();

    private final List<String> seen = new CopyOnWriteArrayList<>();
    private final Lease lease = new Lease();

    /// The one lease, which all replicas see.
    private static final class Lease {
        private @Nullable LeaderElectionRecord record;
        private int version;

        synchronized @Nullable LeaderElectionRecord get() {
            return record;
        }

        synchronized int version() {
            return version;
        }

        /// As the API server does: who writes must know what is there.
        synchronized int update(LeaderElectionRecord next, int known) {
            if (known != version) {
                throw new KubernetesClientException("somebody else wrote first");
            }
            return put(next);
        }

        synchronized int put(LeaderElectionRecord next) {
            record = next;
            return ++version;
        }

        synchronized String holder() {
            String holder = record == null ? null : record.getHolderIdentity();
            return holder == null ? "" : holder;
        }
    }

    private static final class MemoryLock implements Lock {
        private final Lease lease;
        private final String identity;
        private int known;

        MemoryLock(Lease lease, String identity) {
            this.lease = lease;
            this.identity = identity;
        }

        @Override
        @SuppressWarnings("NullAway") // fabric8 takes null for a lease that is not there yet
        public synchronized LeaderElectionRecord get(KubernetesClient client) {
            known = lease.version();
            return lease.get();
        }

        @Override
        public void create(KubernetesClient client, LeaderElectionRecord record) {
            update(client, record);
        }

        @Override
        public synchronized void update(KubernetesClient client, LeaderElectionRecord record) {
            known = lease.update(record, known);
        }

        @Override
        public String identity() {
            return identity;
        }

        @Override
        public String describe() {
            return identity;
        }
    }

    private final class Replica implements Leadership.Candidate {
        private final String name;
        private final CountDownLatch leads = new CountDownLatch(1);
        private final CountDownLatch lost = new CountDownLatch(1);

        Replica(String name) {
            this.name = name;
        }

        Leadership compete() {
            return new Leadership(client, new MemoryLock(lease, name), QUICK, this);
        }

        @Override
        public void lead() {
            seen.add(name + " leads");
            leads.countDown();
        }

        @Override
        public void stopLeading() {
            seen.add(name + " stops, the lease is of '" + lease.holder() + "'");
        }

        @Override
        public void lost() {
            seen.add(name + " has lost it");
            lost.countDown();
        }
    }

    private static void await(CountDownLatch latch) throws InterruptedException {
        assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
    }

    @AfterEach
    void closeTheClient() {
        client.close();
    }

    @Test
    void aLeaderThatEndsStopsWritingAndThenGivesTheLeaseBack() throws InterruptedException {
        Replica first = new Replica("first");
        Leadership leadership = first.compete();
        await(first.leads);
        leadership.close();
        assertThat(lease.holder()).isEmpty();
        assertThat(seen).containsExactly("first leads", "first stops, the lease is of 'first'");
    }

    @Test
    void anotherReplicaLeadsAsSoonAsTheLeaderEnds() throws InterruptedException {
        Replica first = new Replica("first");
        Replica second = new Replica("second");
        Leadership leader = first.compete();
        await(first.leads);
        // the lease of 60 s would run out long after this test has failed
        try (Leadership _ = second.compete()) {
            leader.close();
            await(second.leads);
            assertThat(lease.holder()).isEqualTo("second");
        }
        assertThat(lease.holder()).isEmpty();
        assertThat(seen)
                .containsExactly(
                        "first leads",
                        "first stops, the lease is of 'first'",
                        "second leads",
                        "second stops, the lease is of 'second'");
    }

    @Test
    void aReplicaThatWaitsTakesNothingFromTheLeaderWhenItEnds() throws InterruptedException {
        Replica first = new Replica("first");
        Replica second = new Replica("second");
        try (Leadership _ = first.compete()) {
            await(first.leads);
            second.compete().close();
            assertThat(lease.holder()).isEqualTo("first");
        }
    }

    /// Of a merge patch, a field that is not there changes nothing.
    @Test
    void theApiServerIsToldThatNobodyHasTheLease() throws IOException {
        List<String> patches = new CopyOnWriteArrayList<>();
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1);
        server.createContext("/apis/coordination.k8s.io/v1/namespaces/mesh/leases/vl3-control", exchange -> {
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            if (exchange.getRequestMethod().equals("PATCH")) {
                patches.add(body);
            }
            byte[] answer = """
                    {"apiVersion": "coordination.k8s.io/v1", "kind": "Lease",
                     "metadata": {"name": "vl3-control", "namespace": "mesh", "resourceVersion": "7"},
                     "spec": {"holderIdentity": "first", "leaseDurationSeconds": 8, "leaseTransitions": 1,
                              "acquireTime": "2026-01-01T00:00:00.000000Z", "renewTime": "2026-01-01T00:00:00.000000Z"}}
                    """.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, answer.length);
            exchange.getResponseBody().write(answer);
            exchange.close();
        });
        server.start();
        Config config = new ConfigBuilder(Config.empty())
                .withMasterUrl("http://127.0.0.1:" + server.getAddress().getPort())
                .build();
        try (KubernetesClient api =
                new KubernetesClientBuilder().withConfig(config).build()) {
            Lock lock = Leadership.lease("mesh", "first");
            LeaderElectionRecord record = lock.get(api);
            lock.update(
                    api,
                    record.toBuilder()
                            .holderIdentity(null)
                            .leaseDuration(Duration.ofSeconds(1))
                            .build());
        } finally {
            server.stop(0);
        }
        assertThat(patches)
                .singleElement(InstanceOfAssertFactories.STRING)
                .contains("\"holderIdentity\":\"\"", "\"resourceVersion\":\"7\"");
    }

    @Test
    void aLeaseThatWentToSomebodyElseIsLost() throws InterruptedException {
        Replica first = new Replica("first");
        try (Leadership _ = first.compete()) {
            await(first.leads);
            ZonedDateTime now = ZonedDateTime.now(ZoneOffset.UTC);
            lease.put(new LeaderElectionRecord("thief", Duration.ofSeconds(60), now, now, 1));
            await(first.lost);
        }
        assertThat(lease.holder()).isEqualTo("thief");
        assertThat(seen).contains("first has lost it");
    }
}
