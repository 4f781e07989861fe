package dev.vl3mesh.agent.dns;

import static dev.vl3mesh.agent.dns.SampleZones.EAST;
import static dev.vl3mesh.agent.dns.SampleZones.WEST;
import static dev.vl3mesh.agent.dns.SampleZones.endpoint;
import static dev.vl3mesh.agent.dns.SampleZones.service;
import static org.assertj.core.api.Assertions.assertThat;

import dev.vl3mesh.agent.Seed;
import dev.vl3mesh.model.KubeClusterName;
import dev.vl3mesh.model.address.IpAddress;
import dev.vl3mesh.model.plan.MeshResource.ServiceEndpoint;
import dev.vl3mesh.model.plan.MeshResource.ServicePort;
import dev.vl3mesh.model.plan.MeshResource.ServiceResource;
import dev.vl3mesh.model.plan.MeshResource.VirtualResource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class ZoneTest {
    private static final String WEB = "web.shop.svc.red.vl3.internal.";

    private final Zone zone = SampleZones.red();
    private final Random random = new Random(1);

    @Test
    void mergesReadyEndpointsOfAllClusters() {
        zone.put(service(
                EAST, "web", endpoint("", true, "172.16.3.7", "fd00:16::3:7"), endpoint("", false, "172.16.3.8")));
        zone.put(service(WEST, "web", endpoint("", true, "172.16.9.1")));
        assertThat(found(WEB, QueryType.A)).containsExactlyInAnyOrder("172.16.3.7", "172.16.9.1");
        assertThat(found(WEB, QueryType.AAAA)).containsExactly("fd00:16::3:7");
        assertThat(found(WEB, QueryType.ANY)).hasSize(3);
        assertThat(found("WEB.Shop.svc.red.VL3.internal.", QueryType.A)).hasSize(2);

        zone.remove(service(WEST, "web").key());
        assertThat(found(WEB, QueryType.A)).containsExactly("172.16.3.7");
    }

    @Test
    void tellsMissingNamesFromMissingRecords() {
        zone.put(service(EAST, "web", endpoint("", true, "172.16.3.7")));
        zone.put(service(EAST, "idle", endpoint("", false, "172.16.3.9")));
        for (String exists : List.of(
                "red.vl3.internal.",
                "svc.red.vl3.internal.",
                "shop.svc.red.vl3.internal.",
                WEB,
                "_tcp." + WEB,
                "idle.shop.svc.red.vl3.internal.",
                "_http._tcp.idle.shop.svc.red.vl3.internal.",
                "7.3.16.172.in-addr.arpa.")) {
            assertThat(answer(exists, QueryType.AAAA)).as(exists).isInstanceOf(Answer.NoRecords.class);
        }
        for (String missing : List.of(
                "pod.red.vl3.internal.",
                "x.y.red.vl3.internal.",
                "other.svc.red.vl3.internal.",
                "nope.shop.svc.red.vl3.internal.",
                "172-16-3-8." + WEB,
                "172-16-3-9.idle.shop.svc.red.vl3.internal.",
                "_udp." + WEB,
                "_grpc._tcp." + WEB,
                "_http._udp." + WEB,
                "a._http._tcp." + WEB,
                "." + WEB,
                "8.3.16.172.in-addr.arpa.")) {
            assertThat(answer(missing, QueryType.A)).as(missing).isInstanceOf(Answer.NoName.class);
        }
        assertThat(answer("x." + WEB, QueryType.A))
                .isEqualTo(
                        new Answer.NoName(new ZoneRecord.Authority("red.vl3.internal.", "gateway.red.vl3.internal.")));
    }

    @Test
    void namesEachPodByHostnameAndByAddress() {
        zone.put(service(EAST, "db", endpoint("db-0", true, "172.16.3.7", "fd00:16::3:7")));
        String db = "db.shop.svc.red.vl3.internal.";
        assertThat(found("db-0." + db, QueryType.A)).containsExactly("172.16.3.7");
        assertThat(found("db-0." + db, QueryType.AAAA)).containsExactly("fd00:16::3:7");
        assertThat(found("172-16-3-7." + db, QueryType.A)).containsExactly("172.16.3.7");
        assertThat(found("fd00-16--3-7." + db, QueryType.AAAA)).containsExactly("fd00:16::3:7");
        assertThat(answer("fd00-16--3-7." + db, QueryType.A)).isInstanceOf(Answer.NoRecords.class);
    }

    @Test
    void theNameThatAPodIsCalledByHasAllOfItsAddresses() {
        zone.put(service(EAST, "web", endpoint("", true, "172.16.3.7", "fd00:16::3:7")));
        String own = "172-16-3-7." + WEB;
        String v6 = "7.0.0.0.3.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.6.1.0.0.0.0.d.f.ip6.arpa.";
        assertThat(found(v6, QueryType.PTR)).containsExactly(own);
        assertThat(found(own, QueryType.AAAA)).containsExactly("fd00:16::3:7");
        assertThat(found(own, QueryType.A)).containsExactly("172.16.3.7");
        Answer.Found srv = (Answer.Found) answer("_http._tcp." + WEB, QueryType.SRV);
        assertThat(srv.additional())
                .containsExactlyInAnyOrder(
                        new ZoneRecord.Address(own, IpAddress.parse("172.16.3.7")),
                        new ZoneRecord.Address(own, IpAddress.parse("fd00:16::3:7")));
    }

    @Test
    void pointsPortsAtEndpointsAndAddressesAtNames() {
        zone.put(service(EAST, "web", endpoint("web-0", true, "172.16.3.7", "fd00:16::3:7")));
        zone.put(service(WEST, "web", endpoint("", true, "172.16.9.1")));
        Answer.Found srv = (Answer.Found) answer("_http._tcp." + WEB, QueryType.SRV);
        assertThat(srv.records())
                .containsExactlyInAnyOrder(
                        new ZoneRecord.Service("_http._tcp." + WEB, 8080, "web-0." + WEB),
                        new ZoneRecord.Service("_http._tcp." + WEB, 8080, "172-16-9-1." + WEB));
        assertThat(srv.additional())
                .contains(new ZoneRecord.Address("172-16-9-1." + WEB, IpAddress.parse("172.16.9.1")));

        assertThat(found("7.3.16.172.in-addr.arpa.", QueryType.PTR)).containsExactly("web-0." + WEB);
        String v6 = "7.0.0.0.3.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.6.1.0.0.0.0.d.f.ip6.arpa.";
        assertThat(found(v6, QueryType.PTR)).containsExactly("web-0." + WEB);
        assertThat(found("1.0.16.172.in-addr.arpa.", QueryType.PTR)).containsExactly("gateway.red.vl3.internal.");

        zone.put(service(EAST, "web"));
        assertThat(answer("7.3.16.172.in-addr.arpa.", QueryType.PTR)).isInstanceOf(Answer.NoName.class);
    }

    @Test
    void ownsItsTreeAndTheReverseOfItsPrefixesOnly() {
        assertThat(zone.owns("red.vl3.internal.")).isTrue();
        assertThat(zone.owns("x.red.vl3.internal.")).isTrue();
        assertThat(zone.owns("9.9.16.172.in-addr.arpa.")).isTrue();
        for (String foreign : List.of(
                "bred.vl3.internal.",
                "green.vl3.internal.",
                "vl3.internal.",
                "red.vl3.internal.example.",
                "1.0.17.172.in-addr.arpa.",
                "0.16.172.in-addr.arpa.",
                "01.0.16.172.in-addr.arpa.",
                "256.0.16.172.in-addr.arpa.",
                "1.ip6.arpa.",
                ".")) {
            assertThat(zone.owns(foreign)).as(foreign).isFalse();
        }
    }

    @Test
    void shufflesSoThatClientsSpread() {
        zone.put(service(EAST, "web", endpoint("", true, "172.16.3.7"), endpoint("", true, "172.16.3.8")));
        Set<String> firsts = new HashSet<>();
        for (int i = 0; i < 64; i++) {
            firsts.add(found(WEB, QueryType.A).getFirst());
        }
        assertThat(firsts).hasSize(2);
    }

    @Test
    void staysEqualToARebuiltZoneOverManyChanges() {
        Random steps = Seed.random("staysEqualToARebuiltZoneOverManyChanges");
        Map<String, ServiceResource> truth = new TreeMap<>();
        for (int step = 0; step < 5_000; step++) {
            KubeClusterName origin = steps.nextBoolean() ? EAST : WEST;
            String name = "s" + steps.nextInt(4);
            if (steps.nextInt(3) == 0) {
                zone.remove(service(origin, name).key());
                truth.remove(origin + name);
            } else {
                ServiceResource part = service(origin, name, endpoints(steps));
                zone.put(part);
                truth.put(origin + name, part);
            }
            if (step % 50 == 0) {
                Zone rebuilt = SampleZones.red();
                truth.values().forEach(rebuilt::put);
                for (int i = 0; i < 4; i++) {
                    String service = "s" + i + ".shop.svc.red.vl3.internal.";
                    assertSame(rebuilt, service, QueryType.A);
                    assertSame(rebuilt, "_http._tcp." + service, QueryType.SRV);
                    assertSame(rebuilt, "h1." + service, QueryType.A);
                }
                assertSame(rebuilt, "shop.svc.red.vl3.internal.", QueryType.A);
                for (int i = 0; i < 6; i++) {
                    assertSame(rebuilt, i + ".3.16.172.in-addr.arpa.", QueryType.PTR);
                }
            }
        }
    }

    private static ServiceEndpoint[] endpoints(Random random) {
        List<ServiceEndpoint> endpoints = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            String hostname = random.nextBoolean() ? "h" + random.nextInt(3) : "";
            endpoints.add(endpoint(hostname, random.nextInt(4) > 0, "172.16.3." + random.nextInt(6)));
        }
        return endpoints.toArray(ServiceEndpoint[]::new);
    }

    private void assertSame(Zone other, String name, QueryType type) {
        Answer mine = zone.answer(name, type, false, new Random(5));
        Answer theirs = other.answer(name, type, false, new Random(5));
        assertThat(mine).as(name).isEqualTo(theirs);
    }

    @Test
    void aSidecarIsToldTheServicesOwnAddress() {
        zone.put(new ServiceResource(
                EAST,
                SampleZones.RED,
                "shop",
                "web",
                false,
                List.of(new ServicePort("http", "TCP", 80, 8080)),
                List.of(endpoint("", true, "172.16.3.7", "fd00:16::3:7"))));
        zone.give(new VirtualResource(
                EAST,
                SampleZones.RED,
                "shop",
                "web",
                List.of(IpAddress.parse("172.16.240.1"), IpAddress.parse("fd00:16::f0:1"))));
        assertThat(addresses(zone.answer(WEB, QueryType.A, true, random))).containsExactly("172.16.240.1");
        assertThat(addresses(zone.answer(WEB, QueryType.AAAA, true, random))).containsExactly("fd00:16::f0:1");
        assertThat(addresses(zone.answer("172-16-3-7." + WEB, QueryType.A, true, random)))
                .as("a pod's own name")
                .containsExactly("172.16.3.7");
        assertThat(found(WEB, QueryType.A)).as("without a sidecar").containsExactly("172.16.3.7");
        zone.put(service(WEST, "web", endpoint("", true, "172.16.3.9")));
        assertThat(addresses(zone.answer(WEB, QueryType.A, true, random)))
                .as("with a part that sidecars don't carry")
                .containsExactlyInAnyOrder("172.16.3.7", "172.16.3.9");
        zone.remove(service(WEST, "web").key());
        zone.take("shop/web");
        assertThat(addresses(zone.answer(WEB, QueryType.A, true, random))).containsExactly("172.16.3.7");
    }

    private Answer answer(String name, QueryType type) {
        return zone.answer(name, type, false, random);
    }

    private List<String> found(String name, QueryType type) {
        return addresses(answer(name, type));
    }

    private static List<String> addresses(Answer answer) {
        return ((Answer.Found) answer)
                .records().stream()
                        .map(entry -> switch (entry) {
                            case ZoneRecord.Address address -> address.address().toString();
                            case ZoneRecord.Pointer pointer -> pointer.target();
                            default -> entry.toString();
                        })
                        .toList();
    }
}
