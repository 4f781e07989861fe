package dev.vl3mesh.testbed.flat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import dev.vl3mesh.api.v1alpha1.AddressBlock;
import dev.vl3mesh.api.v1alpha1.Condition;
import dev.vl3mesh.api.v1alpha1.Domain;
import dev.vl3mesh.api.v1alpha1.DomainStatus;
import dev.vl3mesh.model.DomainName;
import dev.vl3mesh.model.InterfaceName;
import dev.vl3mesh.model.address.IpAddress;
import dev.vl3mesh.model.address.IpFamily;
import dev.vl3mesh.model.address.IpPrefix;
import dev.vl3mesh.testbed.fixture.PodPlan;
import dev.vl3mesh.testbed.fixture.TestPod;
import dev.vl3mesh.testbed.fixture.World;
import dev.vl3mesh.testbed.lab.Lab;
import dev.vl3mesh.testbed.lab.LabExtension;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/// What happens to a domain while it is in use, and how many of them a pod may have.
@ExtendWith(LabExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DomainLifeST {
    private static final String LIFE = "life";
    private static final String SMALL = "172.25.0.0/24";
    private static final String MORE = "172.25.8.0/24";
    /// As long as a name may be.
    private static final String LONG = "a-name-of-a-domain-that-is-quite-a-mouthf";

    private final World world;

    DomainLifeST(Lab lab) {
        this.world = new World(lab);
    }

    @BeforeAll
    void makeTheWorld() {
        // these first: of the ten slots each gets its own
        world.domains(tenDomains());
        world.domains(
                Map.of(LIFE, List.of(SMALL), LONG.substring(0, 40), List.of("172.26.100.0/24", "fd00:26:100::/64")));
        world.namespaceEverywhere(LIFE, Map.of());
        world.start(
                PodPlan.of("east", LIFE, "one", LIFE),
                PodPlan.of("west", LIFE, "one", LIFE),
                PodPlan.of("east", LIFE, "long", LONG.substring(0, 40)),
                PodPlan.of("west", LIFE, "long", LONG.substring(0, 40)),
                PodPlan.of("east", LIFE, "ten", String.join(".", tenDomains().keySet())),
                PodPlan.of("west", LIFE, "ten", String.join(".", tenDomains().keySet())));
    }

    private static Map<String, List<String>> tenDomains() {
        Map<String, List<String>> domains = new TreeMap<>();
        IntStream.rangeClosed(1, 10)
                .forEach(i -> domains.put("ten" + i, List.of("172.26." + i + ".0/24", "fd00:26:" + i + "::/64")));
        return domains;
    }

    @AfterAll
    void leaveNothingBehind() {
        world.close();
    }

    private TestPod pod(String cluster, String name) {
        return world.pod(cluster, LIFE, name);
    }

    /// Pods without a node are cheap, and have addresses like all others.
    @Test
    void aPoolThatIsUsedUpGrowsLive() {
        TestPod west = pod("west", "one");
        Flow flow = Flow.start(west, pod("east", "one").address(LIFE, IpFamily.V4));
        String refusal = fillEast();
        assertThat(refusal).contains("append a prefix").contains("vl3ctl domains");
        long blocks = blocks();

        world.domain(LIFE, SMALL, MORE);
        TestPod late = world.start(PodPlan.of("east", LIFE, "late", LIFE)).getFirst();
        String address = late.address(LIFE, IpFamily.V4);
        assertThat(IpPrefix.parse(MORE).contains(IpAddress.parse(address)))
                .as(address + " is of " + MORE)
                .isTrue();
        assertThat(blocks()).isGreaterThan(blocks);
        // also from pods that were there before
        Knock.from(west).reachesAll(List.of(address));
        Knock.from(late).reachesAll(west.addresses(LIFE));
        flow.endsWhole();
    }

    private String fillEast() {
        for (int i = 0; i < 256; i++) {
            try {
                world.create(PodPlan.of("east", LIFE, "filler-" + i, LIFE).on(99));
            } catch (KubernetesClientException e) {
                return String.valueOf(e.getMessage());
            }
        }
        return fail("a /24 has taken 256 pods");
    }

    private long blocks() {
        return world.client("east").resources(AddressBlock.class).list().getItems().stream()
                .filter(block -> block.getMetadata().getName().startsWith(LIFE + "."))
                .count();
    }

    @Test
    void whatCantBeIsRefusedWithTheRemedy() {
        notAccepted("own-pods", "10.244.0.0/16", "the pods of node east-1", "choose another prefix");
        notAccepted("own-services", "10.96.0.0/16", "the cluster's services", "choose another prefix");
        refused("link-local", List.of("169.254.7.0/24"), "link-local");
        refused("link-local-six", List.of("fe80::/64"), "link-local");
        refused(LIFE, List.of(MORE), "append another prefix behind the others, or make a new domain");
        refused("unmasked", List.of("172.29.1.1/16"), "without bits behind the length");
        // domains may overlap, their pods may not
        world.domain("life-twin", SMALL);
        assertThatThrownBy(() -> world.create(PodPlan.of("east", LIFE, "torn", LIFE + ".life-twin")))
                .isInstanceOf(KubernetesClientException.class)
                .hasMessageContaining("overlaps")
                .hasMessageContaining("choose another prefix, or keep the two domains' pods apart");
    }

    private void refused(String name, List<String> prefixes, String... words) {
        assertThatThrownBy(() -> world.domains(Map.of(name, prefixes)))
                .as(name)
                .isInstanceOf(KubernetesClientException.class)
                .satisfies(e -> assertThat(e.getMessage()).contains(words));
    }

    /// What only a cluster knows of itself is said on the domain, which does not come into force.
    private void notAccepted(String name, String prefix, String... words) {
        var domain = world.client("east").resources(Domain.class).withName(name);
        world.write(name, List.of(prefix));
        World.eventually().untilAsserted(() -> {
            DomainStatus status = domain.require().getStatus();
            assertThat(status).as(name).isNotNull();
            assertThat(Condition.of(status.conditions(), "Accepted"))
                    .hasValueSatisfying(
                            accepted -> assertThat(accepted.message()).contains(words));
            assertThat(Condition.of(status.conditions(), Condition.READY))
                    .hasValueSatisfying(ready -> assertThat(ready.status()).isEqualTo("False"));
        });
        domain.delete();
    }

    @Test
    void aLongNameHasAShortInterface() {
        String domain = LONG.substring(0, 40);
        String name = InterfaceName.of(new DomainName(domain)).value();
        assertThat(name).hasSize(15).startsWith("vl3-a-na-");
        for (String cluster : List.of("east", "west")) {
            String address = pod(cluster, "long").address(domain, IpFamily.V6);
            assertThat(pod(cluster, "long").sh("ip -o address show dev " + name).out())
                    .contains(address);
        }
        Knock.from(pod("east", "long")).reachesAll(pod("west", "long").addresses(domain));
    }

    @Test
    void aPodIsInTenDomains() {
        TestPod east = pod("east", "ten");
        TestPod west = pod("west", "ten");
        for (String domain : tenDomains().keySet()) {
            assertThat(west.addresses(domain)).hasSize(2);
            Knock.from(east).reachesAll(west.addresses(domain));
        }
        assertThat(world.client("west").resources(Domain.class).list().getItems().stream()
                        .filter(domain ->
                                tenDomains().containsKey(domain.getMetadata().getName()))
                        .map(domain -> domain.getStatus().slot()))
                .doesNotHaveDuplicates();
    }
}
