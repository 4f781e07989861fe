package dev.vl3mesh.testbed.flat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vl3mesh.model.address.IpAddress;
import dev.vl3mesh.model.address.IpFamily;
import dev.vl3mesh.testbed.fixture.Agents;
import dev.vl3mesh.testbed.fixture.PodPlan;
import dev.vl3mesh.testbed.fixture.Ran;
import dev.vl3mesh.testbed.fixture.TestPod;
import dev.vl3mesh.testbed.fixture.World;
import dev.vl3mesh.testbed.lab.Lab;
import dev.vl3mesh.testbed.lab.LabCluster;
import dev.vl3mesh.testbed.lab.LabExtension;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ManagedFieldsEntry;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/// Names of a domain over both clusters, and ordinary names in a pod that is in one.
@ExtendWith(LabExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DomainNamesST {
    private static final String NAMES = "names";
    private static final List<String> CLUSTERS = List.of("east", "west");
    private static final String SUFFIX = ".names.svc.names.vl3.internal";

    private final Lab lab;
    private final World world;
    private final TestPod client;

    DomainNamesST(Lab lab) {
        this.lab = lab;
        this.world = new World(lab);
        this.client = world.pod("east", NAMES, "client");
    }

    @BeforeAll
    void makeTheWorld() {
        world.domain(NAMES, "172.23.0.0/16", "fd00:23::/48");
        world.domain("names-four", "172.24.0.0/16");
        world.domain("names-six", "fd00:24::/48");
        world.namespaceEverywhere(NAMES, Map.of("vl3mesh.dev/domains", NAMES));
        CLUSTERS.forEach(cluster -> world.apply(cluster, DomainNamesST.class, "names.yaml", Map.of()));
        List<PodPlan> plans = new ArrayList<>();
        for (String cluster : CLUSTERS) {
            plans.add(PodPlan.of(cluster, NAMES, "four", "names-four"));
            plans.add(PodPlan.of(cluster, NAMES, "six", "names-six"));
        }
        plans.add(PodPlan.of("east", NAMES, "client", NAMES));
        world.start(plans.toArray(PodPlan[]::new));
        CLUSTERS.forEach(cluster -> {
            World.awaitReady(web(cluster));
            World.awaitReady(world.pod(cluster, NAMES, "db-0"));
        });
    }

    @AfterAll
    void leaveNothingBehind() {
        world.close();
    }

    private TestPod web(String cluster) {
        return World.eventually()
                .until(() -> world.pods(cluster, NAMES, "app", "web"), pods -> pods.size() == 1)
                .getFirst();
    }

    /// The addresses of one pod in each cluster.
    private static Set<String> addresses(String domain, IpFamily family, TestPod... pods) {
        Set<String> addresses = new TreeSet<>();
        for (TestPod pod : pods) {
            addresses.add(pod.address(domain, family));
        }
        return addresses;
    }

    private TestPod[] everywhere(String name) {
        return CLUSTERS.stream().map(cluster -> world.pod(cluster, NAMES, name)).toArray(TestPod[]::new);
    }

    private static String type(IpFamily family) {
        return family == IpFamily.V4 ? "A" : "AAAA";
    }

    private static Set<String> ask(TestPod pod, String name, String type, String... options) {
        List<String> command = new ArrayList<>(List.of("dig", "+short", "+time=3", "+tries=3", name, type));
        command.addAll(List.of(options));
        Ran ran = pod.run(command.toArray(String[]::new));
        assertThat(ran).as(ran.all()).matches(Ran::ok);
        return new TreeSet<>(ran.out().lines().toList());
    }

    private void answers(TestPod pod, String name, String type, Set<String> expected) {
        World.eventually()
                .untilAsserted(() ->
                        assertThat(ask(pod, name, type)).as(type + " " + name).isEqualTo(expected));
    }

    @Test
    void theSameServiceInBothClustersIsOne() {
        for (IpFamily family : IpFamily.values()) {
            answers(client, "web" + SUFFIX, type(family), addresses(NAMES, family, web("east"), web("west")));
            answers(client, "db" + SUFFIX, type(family), addresses(NAMES, family, everywhere("db-0")));
            // equal host names as well
            answers(client, "db-0.db" + SUFFIX, type(family), addresses(NAMES, family, everywhere("db-0")));
        }
        assertThat(ask(client, "web" + SUFFIX, "A", "+tcp"))
                .isEqualTo(addresses(NAMES, IpFamily.V4, web("east"), web("west")));
        assertThat(ask(client, "gateway.names.vl3.internal", "A")).containsExactly("172.23.0.1");
        // a program, by the C library and the name alone
        World.eventually().untilAsserted(() -> {
            Ran curl = client.run("curl", "-sS", "--http0.9", "-m", "10", "http://web" + SUFFIX + ":7008/");
            String seen = curl.out().strip().replaceAll("[\\[\\]]", "");
            assertThat(seen).as(curl.all()).isNotEmpty();
            assertThat(client.addresses(NAMES)).contains(IpAddress.parse(seen).toString());
        });
    }

    @Test
    void eachPodHasAName() {
        for (String cluster : CLUSTERS) {
            TestPod web = web(cluster);
            String four = web.address(NAMES, IpFamily.V4);
            String six = web.address(NAMES, IpFamily.V6);
            String own = four.replace('.', '-') + ".web" + SUFFIX;
            answers(client, own, "A", Set.of(four));
            answers(client, own, "AAAA", Set.of(six));
            assertThat(ask(client, "-x", four)).containsExactly(own + ".");
            assertThat(ask(client, "-x", six)).containsExactly(own + ".");
        }
        Set<String> targets = new TreeSet<>();
        for (String line : ask(client, "_who._tcp.web" + SUFFIX, "SRV")) {
            String[] words = line.split(" ");
            assertThat(words[2]).as("the pods' port, not the Service's").isEqualTo("7008");
            targets.addAll(ask(client, words[3], "A"));
        }
        assertThat(targets).isEqualTo(addresses(NAMES, IpFamily.V4, web("east"), web("west")));
    }

    @Test
    void onlyReadyPodsAreAnswered() {
        TestPod here = web("east");
        TestPod there = web("west");
        for (TestPod pod : List.of(there, here)) {
            TestPod other = pod == here ? there : here;
            assertThat(pod.run("rm", "/tmp/ready")).matches(Ran::ok);
            answers(client, "web" + SUFFIX, "A", addresses(NAMES, IpFamily.V4, other));
            answers(client, "web" + SUFFIX, "AAAA", addresses(NAMES, IpFamily.V6, other));
            assertThat(pod.run("touch", "/tmp/ready")).matches(Ran::ok);
            answers(client, "web" + SUFFIX, "A", addresses(NAMES, IpFamily.V4, here, there));
        }
    }

    @Test
    void aDomainOfOneFamilyHasNamesOfIt() {
        for (IpFamily family : IpFamily.values()) {
            String word = family == IpFamily.V4 ? "four" : "six";
            String name = word + ".names.svc.names-" + word + ".vl3.internal";
            for (TestPod pod : everywhere(word)) {
                answers(pod, name, type(family), addresses("names-" + word, family, everywhere(word)));
                for (IpFamily other : IpFamily.values()) {
                    if (other != family) {
                        Ran dig = pod.run("dig", "+time=3", name, type(other));
                        assertThat(dig.out()).contains("status: NOERROR").contains("ANSWER: 0");
                    }
                }
                assertThat(pod.addresses("names-" + word)).hasSize(1);
            }
            assertThat(client.run("dig", "+time=3", "nobody" + SUFFIX).out()).contains("status: NXDOMAIN");
        }
    }

    @Test
    void ordinaryNamesAreFoundAsEver() {
        ordinaryNames(2.0);
        KubernetesClient east = world.client("east");
        assertThat(client.run("cat", "/etc/resolv.conf").out())
                .contains("search names.svc.cluster.local svc.cluster.local cluster.local")
                .contains("nameserver " + clusterDns(east));
    }

    private static String clusterDns(KubernetesClient east) {
        return east.services()
                .inNamespace("kube-system")
                .withName("kube-dns")
                .require()
                .getSpec()
                .getClusterIP();
    }

    /// By the C library, as programs do, with the search list.
    private void ordinaryNames(double secondsMax) {
        KubernetesClient east = world.client("east");
        String service = east.services()
                .inNamespace(NAMES)
                .withName("web")
                .require()
                .getSpec()
                .getClusterIP();
        for (Map.Entry<String, String> name : Map.of("https://kubernetes.default", "10.96.0.1", "http://web", service)
                .entrySet()) {
            Ran curl = client.run(
                    "curl",
                    "-sSk",
                    "--http0.9",
                    "-m",
                    "30",
                    "-o",
                    "/dev/null",
                    "-w",
                    "%{remote_ip} %{time_namelookup}",
                    name.getKey());
            assertThat(curl).as(name + " " + curl.all()).matches(Ran::ok);
            String[] words = curl.out().split(" ");
            assertThat(words[0]).as(name.getKey()).isEqualTo(name.getValue());
            assertThat(Double.parseDouble(words[1])).as(name + ": seconds").isLessThan(secondsMax);
        }
    }

    /// glibc's resolver gives a server 5 s, for each name that it makes with the search list (`resolv.conf(5)`).
    @Test
    void ordinaryNamesAreFoundWithoutAnAgent() {
        Agents agents = new Agents(lab.cluster("east"), world.client("east"));
        agents.hold();
        try {
            ordinaryNames(10.5);
        } finally {
            agents.release();
        }
        answers(client, "web" + SUFFIX, "A", addresses(NAMES, IpFamily.V4, web("east"), web("west")));
    }

    @Test
    void theClustersOwnDnsIsAsItWas() {
        for (LabCluster cluster : lab.clusters()) {
            KubernetesClient kubernetes = world.client(cluster.name());
            ConfigMap config = kubernetes
                    .configMaps()
                    .inNamespace("kube-system")
                    .withName("coredns")
                    .require();
            String installed = World.text(LabCluster.class, "coredns.yaml");
            for (String line : config.getData()
                    .getOrDefault("Corefile", "no Corefile")
                    .lines()
                    .toList()) {
                assertThat(installed).contains(line);
            }
            assertThat(config.getMetadata().getManagedFields().stream()
                            .map(ManagedFieldsEntry::getManager)
                            .toList())
                    .as("who has written the configuration of the DNS of " + cluster.name())
                    .hasSize(1);
        }
    }
}
