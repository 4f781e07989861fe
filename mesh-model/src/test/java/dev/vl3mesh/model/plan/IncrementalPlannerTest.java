package dev.vl3mesh.model.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vl3mesh.model.Carrier;
import dev.vl3mesh.model.DomainName;
import dev.vl3mesh.model.KubeClusterName;
import dev.vl3mesh.model.NodeName;
import dev.vl3mesh.model.address.IpAddress;
import dev.vl3mesh.model.address.IpPrefix;
import dev.vl3mesh.model.plan.ClusterState.AttachedPod;
import dev.vl3mesh.model.plan.ClusterState.KubeEndpoint;
import dev.vl3mesh.model.plan.ClusterState.KubeNode;
import dev.vl3mesh.model.plan.ClusterState.KubeService;
import dev.vl3mesh.model.plan.MeshResource.ConfigResource;
import dev.vl3mesh.model.plan.MeshResource.DomainResource;
import dev.vl3mesh.model.plan.MeshResource.ServicePort;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IncrementalPlannerTest {
    private static final KubeClusterName EAST = new KubeClusterName("east");
    private static final List<DomainName> DOMAINS =
            List.of(new DomainName("red"), new DomainName("green"), new DomainName("blue"));

    /// The slow and obvious cluster: keeps all facts, plans all of them each time.
    private static final class WholeCluster {
        final Map<DomainName, DomainResource> domains = new HashMap<>();
        final Map<String, AttachedPod> pods = new TreeMap<>();
        final Map<NodeName, KubeNode> nodes = new HashMap<>();
        final Map<String, KubeService> services = new TreeMap<>();
        final Map<ConfigName, List<ConfigResource>> configs = new HashMap<>();

        Map<ResourceKey, MeshResource> plan() {
            return DomainPlanner.plan(new ClusterState(
                    EAST,
                    List.copyOf(domains.values()),
                    List.copyOf(pods.values()),
                    nodes,
                    List.copyOf(services.values()),
                    configs.values().stream().flatMap(List::stream).toList()));
        }
    }

    private static final class Steps {
        final Random random;
        final WholeCluster whole = new WholeCluster();
        final IncrementalPlanner planner = new IncrementalPlanner(EAST);

        Steps(long seed) {
            random = new Random(seed);
        }

        void step() {
            switch (random.nextInt(11)) {
                case 0 -> domain(DOMAINS.get(random.nextInt(DOMAINS.size())));
                case 1 -> node(new NodeName("node-" + random.nextInt(4)));
                case 10 -> config("split-" + random.nextInt(3));
                case 2, 3, 4 -> service("svc-" + random.nextInt(5));
                default -> pod(DOMAINS.get(random.nextInt(DOMAINS.size())), random.nextInt(12));
            }
        }

        private void domain(DomainName name) {
            Optional<DomainResource> now = random.nextBoolean()
                    ? Optional.of(new DomainResource(
                            EAST, name, List.of(IpPrefix.parse("10.0.0.0/16")), 7, 0, random.nextInt(2), Carrier.VXLAN))
                    : Optional.empty();
            now.ifPresentOrElse(d -> whole.domains.put(name, d), () -> whole.domains.remove(name));
            planner.domain(name, now);
        }

        private void node(NodeName name) {
            KubeNode now = random.nextInt(3) == 0
                    ? KubeNode.GONE
                    : new KubeNode(List.of(IpAddress.parse("192.0.2." + (1 + random.nextInt(3)))), tunnels());
            if (now.equals(KubeNode.GONE)) {
                whole.nodes.remove(name);
            } else {
                whole.nodes.put(name, now);
            }
            planner.node(name, now);
        }

        private Map<DomainName, TunnelEnd> tunnels() {
            Map<DomainName, TunnelEnd> tunnels = new HashMap<>();
            for (DomainName domain : DOMAINS) {
                if (random.nextBoolean()) {
                    String key = Base64.getEncoder().encodeToString(new byte[32]);
                    tunnels.put(domain, new TunnelEnd(key, 1 + random.nextInt(2)));
                }
            }
            return tunnels;
        }

        private void pod(DomainName domain, int index) {
            IpAddress address = IpAddress.parse("10.0.0." + (2 + index));
            Optional<AttachedPod> now = random.nextInt(3) == 0
                    ? Optional.empty()
                    : Optional.of(new AttachedPod(
                            domain,
                            List.of(address),
                            "shop",
                            "pod-" + random.nextInt(8),
                            "uid-" + random.nextInt(8), // often in several domains, sometimes twice in one
                            new NodeName("node-" + random.nextInt(4)),
                            "default",
                            random.nextBoolean()));
            String key = domain + "." + address;
            now.ifPresentOrElse(p -> whole.pods.put(key, p), () -> whole.pods.remove(key));
            planner.pod(domain, address, now);
        }

        private void config(String object) {
            ConfigName name = new ConfigName("networking.istio.io", "VirtualService", "shop", object);
            List<ConfigResource> now = DOMAINS.stream()
                    .filter(_ -> random.nextInt(3) == 0)
                    .map(domain -> new ConfigResource(
                            EAST, domain, name, 7, Map.of(), Map.of(), "{\"weight\":" + random.nextInt(2) + "}"))
                    .toList();
            whole.configs.put(name, now);
            planner.config(name, now);
        }

        private void service(String name) {
            List<KubeEndpoint> endpoints = new ArrayList<>();
            for (int uid = 0; uid < 8; uid++) {
                if (random.nextBoolean()) {
                    endpoints.add(new KubeEndpoint("uid-" + uid, Optional.of("h" + uid), random.nextBoolean()));
                }
            }
            Optional<KubeService> now = random.nextInt(4) == 0
                    ? Optional.empty()
                    : Optional.of(new KubeService(
                            "shop", name, false, List.of(new ServicePort("http", "TCP", 80, 8080)), endpoints));
            now.ifPresentOrElse(s -> whole.services.put(name, s), () -> whole.services.remove(name));
            planner.service("shop", name, now);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void plansWhatTheSlowPlannerPlansAfterAnyChanges(long seed) {
        Steps steps = new Steps(seed);
        Map<ResourceKey, MeshResource> told = new TreeMap<>();
        for (int i = 0; i < 1500; i++) {
            int changes = 1 + steps.random.nextInt(4);
            for (int j = 0; j < changes; j++) {
                steps.step();
            }
            SnapshotDelta delta = steps.planner.take();
            delta.removals()
                    .forEach(key ->
                            assertThat(told.remove(key)).as("seed %d", seed).isNotNull());
            delta.upserts()
                    .forEach(r -> assertThat(r.equals(told.put(r.key(), r))).isFalse());
            assertThat(told).as("seed %d, step %d", seed, i).isEqualTo(steps.whole.plan());
        }
    }

    @Test
    void aChangeThatIsTakenBackIsNoChange() {
        IncrementalPlanner planner = new IncrementalPlanner(EAST);
        AttachedPod pod = new AttachedPod(
                DOMAINS.getFirst(),
                List.of(IpAddress.parse("10.0.0.2")),
                "shop",
                "web",
                "uid",
                new NodeName("node-1"),
                "default",
                true);
        planner.pod(pod.domain(), pod.addresses().getFirst(), Optional.of(pod));
        assertThat(planner.take().upserts()).hasSize(1);
        planner.pod(pod.domain(), pod.addresses().getFirst(), Optional.empty());
        planner.pod(pod.domain(), pod.addresses().getFirst(), Optional.of(pod));
        assertThat(planner.take().isEmpty()).isTrue();
    }
}
