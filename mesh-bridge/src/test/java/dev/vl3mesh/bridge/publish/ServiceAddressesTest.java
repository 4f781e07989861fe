package dev.vl3mesh.bridge.publish;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vl3mesh.api.v1alpha1.Domain;
import dev.vl3mesh.api.v1alpha1.DomainSpec;
import dev.vl3mesh.api.v1alpha1.DomainStatus;
import dev.vl3mesh.api.v1alpha1.IstioSpec;
import dev.vl3mesh.api.v1alpha1.MeshSpec;
import dev.vl3mesh.bridge.reconcile.MemoryCluster;
import dev.vl3mesh.bridge.watch.Changes;
import dev.vl3mesh.model.DomainName;
import dev.vl3mesh.model.KubeClusterName;
import dev.vl3mesh.model.address.IpAddress;
import dev.vl3mesh.model.plan.MeshResource;
import dev.vl3mesh.model.plan.MeshResource.ServicePort;
import dev.vl3mesh.model.plan.MeshResource.ServiceResource;
import dev.vl3mesh.model.plan.MeshResource.VirtualResource;
import dev.vl3mesh.model.plan.ResourceKind;
import dev.vl3mesh.model.plan.SnapshotDelta;
import dev.vl3mesh.xds.ResourceStore;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ServiceAddressesTest {
    private static final KubeClusterName EAST = new KubeClusterName("east");
    private static final KubeClusterName WEST = new KubeClusterName("west");
    private static final DomainName RED = new DomainName("red");

    private static final class Written implements ServiceAddresses.Ledger {
        final Map<String, SortedMap<String, Integer>> domains = new TreeMap<>();
        int writes;

        @Override
        public SortedMap<String, Integer> read(String domain) {
            return domains.getOrDefault(domain, new TreeMap<>());
        }

        @Override
        public void write(String domain, SortedMap<String, Integer> indexes) {
            writes++;
            domains.put(domain, indexes);
        }
    }

    private final MemoryCluster cluster = new MemoryCluster();
    private final Written ledger = new Written();
    private ResourceStore store = new ResourceStore();
    private ServiceAddresses services = start();

    private ServiceAddresses start() {
        return new ServiceAddresses(EAST, cluster, store, new Changes(), ledger);
    }

    @BeforeEach
    void aDomainWithAMesh() {
        Domain red = new Domain();
        red.setMetadata(new ObjectMetaBuilder().withName("red").build());
        // 256 places, the last 16 of them for services
        red.setSpec(new DomainSpec(
                List.of("172.16.0.0/24"),
                "vxlan",
                null,
                List.of(),
                new MeshSpec(new IstioSpec(null, null, "proxy", null))));
        red.setStatus(DomainStatus.NONE.withNumbers("east", 7, 0));
        cluster.put(red);
        cluster.sync();
        services.load();
    }

    private static ServiceResource service(KubeClusterName origin, String name, String protocol, boolean headless) {
        return new ServiceResource(
                origin, RED, "shop", name, headless, List.of(new ServicePort("p", protocol, 80, 80)), List.of());
    }

    private void put(MeshResource... resources) {
        for (MeshResource resource : resources) {
            store.apply(resource.key().origin(), new SnapshotDelta(List.of(resource), Set.of()));
        }
        services.reconcile(List.of());
    }

    private Map<String, List<IpAddress>> given() {
        Map<String, List<IpAddress>> given = new TreeMap<>();
        store.keys(ResourceKind.VIRTUAL)
                .forEach(key -> store.get(key)
                        .map(VirtualResource.class::cast)
                        .ifPresent(one -> given.put(one.name(), one.addresses())));
        return given;
    }

    private static List<IpAddress> at(String address) {
        return List.of(IpAddress.parse(address));
    }

    @Test
    void aServiceOfAnyClusterGetsOne() {
        put(service(EAST, "web", "TCP", false), service(WEST, "web", "TCP", false));
        put(service(WEST, "db", "TCP", false));
        assertThat(given()).isEqualTo(Map.of("web", at("172.16.0.240"), "db", at("172.16.0.241")));
    }

    @Test
    void whatNoSidecarCarriesGetsNone() {
        put(service(EAST, "dns", "UDP", false), service(EAST, "pods", "TCP", true));
        assertThat(given()).isEmpty();
        assertThat(ledger.writes).isZero();
    }

    @Test
    void aNewLeaderGivesTheSame() {
        put(service(WEST, "web", "TCP", false), service(WEST, "db", "TCP", false));
        Map<String, List<IpAddress>> before = given();
        store = new ResourceStore();
        services = start();
        services.load();
        assertThat(given()).as("before it has heard of any service").isEqualTo(before);
        put(service(WEST, "db", "TCP", false), service(WEST, "api", "TCP", false), service(WEST, "web", "TCP", false));
        assertThat(given()).containsAllEntriesOf(before).containsEntry("api", at("172.16.0.242"));
    }

    @Test
    void aServiceThatComesBackHasItAgain() {
        put(service(WEST, "web", "TCP", false), service(WEST, "db", "TCP", false));
        Map<String, List<IpAddress>> before = given();
        store.apply(
                WEST,
                new SnapshotDelta(
                        List.of(), Set.of(service(WEST, "web", "TCP", false).key())));
        put(service(WEST, "other", "TCP", false));
        put(service(WEST, "web", "TCP", false));
        assertThat(given()).containsAllEntriesOf(before);
    }

    @Test
    void whenNoneIsFreeThatOfOneThatIsGoneGoesOn() {
        for (int i = 0; i < 16; i++) {
            put(service(WEST, "s" + i, "TCP", false));
        }
        put(service(WEST, "late", "TCP", false));
        assertThat(given()).hasSize(16).doesNotContainKey("late");
        store.apply(
                WEST,
                new SnapshotDelta(
                        List.of(), Set.of(service(WEST, "s7", "TCP", false).key())));
        put(service(WEST, "later", "TCP", false));
        assertThat(given())
                .hasSize(16)
                .containsEntry("late", at("172.16.0.247"))
                .doesNotContainKey("later");
    }
}
