package dev.vl3mesh.model.domain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vl3mesh.model.DomainName;
import dev.vl3mesh.model.address.IpAddress;
import dev.vl3mesh.model.address.IpPrefix;
import dev.vl3mesh.model.domain.DomainRules.ClusterRange;
import dev.vl3mesh.model.domain.DomainRules.Held;
import dev.vl3mesh.model.domain.DomainRules.Meeting;
import dev.vl3mesh.model.domain.DomainRules.Neighbour;
import dev.vl3mesh.model.domain.DomainRules.Surroundings;
import dev.vl3mesh.model.domain.DomainRules.Written;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DomainRulesTest {
    private static Written red(String... prefixes) {
        return new Written("red", List.of(prefixes), "vxlan");
    }

    private static List<IpPrefix> prefixes(String... texts) {
        return Arrays.stream(texts).map(IpPrefix::parse).toList();
    }

    private static Held held(String holder, String... addresses) {
        return new Held(Arrays.stream(addresses).map(IpAddress::parse).toList(), holder);
    }

    private static Surroundings inUse(List<IpPrefix> inForce, Held... held) {
        return new Surroundings(inForce, List.of(), List.of(), List.of(held));
    }

    @Test
    void theLeastThatAUserWritesIsAccepted() {
        assertThat(DomainRules.refusals(red("172.16.0.0/16", "fd00:16::/48"), Surroundings.NONE))
                .isEmpty();
    }

    @Test
    void allProblemsAreToldAtOnce() {
        Written domain = new Written("none", List.of("172.16.0.1/16", "10.0.0.0/30"), "pigeon");
        assertThat(DomainRules.refusals(domain, Surroundings.NONE))
                .hasSize(4)
                .anyMatch(r -> r.contains("reserved"))
                .anyMatch(r -> r.contains("pigeon"))
                .anyMatch(r -> r.contains("write 172.16.0.0/16"))
                .anyMatch(r -> r.contains("10.0.0.0/30"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"auto", "vxlan", "wireguard", "wireguard-userspace"})
    void anyCarrierCanBeHad(String carrier) {
        assertThat(DomainRules.refusals(new Written("red", List.of("172.16.0.0/16"), carrier), Surroundings.NONE))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "169.254.0.0/16, link-local",
        "fe80::/64, link-local",
        "224.0.0.0/8, multicast",
        "127.0.0.0/16, loopback"
    })
    void rangesWithAMeaningOfTheirOwnAreRefused(String prefix, String meaning) {
        assertThat(DomainRules.refusals(red(prefix), Surroundings.NONE))
                .singleElement()
                .asString()
                .contains(meaning);
    }

    @Test
    void whatTheClusterUsesItselfIsRefused() {
        Surroundings around = new Surroundings(
                List.of(),
                List.of(
                        new ClusterRange(IpPrefix.parse("10.244.1.0/24"), "the pods of node east-1"),
                        new ClusterRange(IpPrefix.parse("10.96.0.0/16"), "the cluster's services")),
                List.of(),
                List.of());
        assertThat(DomainRules.refusals(red("10.244.0.0/16"), around))
                .singleElement()
                .asString()
                .contains("10.244.1.0/24", "node east-1", "choose another prefix");
        assertThat(DomainRules.refusals(red("10.245.0.0/16"), around)).isEmpty();
    }

    @Test
    void onlyDomainsThatMeetMayNotOverlap() {
        Surroundings around = new Surroundings(
                List.of(),
                List.of(),
                List.of(new Neighbour(new DomainName("green"), prefixes("172.16.128.0/17"), "namespace shop")),
                List.of());
        assertThat(DomainRules.refusals(red("172.16.0.0/16"), around))
                .singleElement()
                .asString()
                .contains("green", "namespace shop");
        assertThat(DomainRules.refusals(red("172.17.0.0/16"), around)).isEmpty();
        assertThat(DomainRules.refusals(red("172.16.0.0/16"), Surroundings.NONE))
                .isEmpty();
    }

    @Test
    void aPoolGrowsByAppending() {
        Surroundings around = inUse(prefixes("172.16.0.0/24"), held("pod a/b", "172.16.0.7"));
        assertThat(DomainRules.refusals(red("172.16.0.0/24", "172.18.0.0/16"), around))
                .isEmpty();
        assertThat(DomainRules.refusals(red("172.18.0.0/16", "172.16.0.0/24"), around))
                .singleElement()
                .asString()
                .contains("in this order", "pod a/b");
        assertThat(DomainRules.refusals(red("172.18.0.0/16"), around)).hasSize(1);
    }

    @Test
    void withoutPodsAPoolMayBecomeAnother() {
        assertThat(DomainRules.refusals(red("172.18.0.0/16"), inUse(prefixes("172.16.0.0/24"))))
                .isEmpty();
    }

    @Test
    void aPoolMayNotBeSmallerThanWhatIsInUse() {
        // a domain that was deleted and written anew while its pods live on
        Surroundings around = inUse(List.of(), held("pod a/b", "172.16.3.7"), held("pod a/c", "172.16.0.9"));
        assertThat(DomainRules.refusals(red("172.16.0.0/24"), around))
                .singleElement()
                .asString()
                .contains("too small", "172.16.3.7", "pod a/b");
        assertThat(DomainRules.refusals(red("172.16.0.0/20"), around)).isEmpty();
    }

    @Test
    void aFamilyCannotComeWhilePodsLive() {
        Surroundings around = inUse(prefixes("172.16.0.0/24"), held("pod a/b", "172.16.0.7"));
        assertThat(DomainRules.refusals(red("172.16.0.0/24", "fd00:16::/48"), around))
                .singleElement()
                .asString()
                .contains("other family", "pod a/b");
    }

    @Test
    void aPodIsRefusedDomainsThatOverlapOrShareASlot() {
        Meeting red = new Meeting(new DomainName("red"), prefixes("172.16.0.0/16"), 0);
        Meeting green = new Meeting(new DomainName("green"), prefixes("172.17.0.0/16"), 1);
        Meeting inner = new Meeting(new DomainName("inner"), prefixes("172.17.8.0/24"), 1);
        assertThat(DomainRules.meetingRefusals(List.of(red, green), "pod a/b")).isEmpty();
        assertThat(DomainRules.meetingRefusals(List.of(red, green, inner), "pod a/b"))
                .hasSize(2)
                .anyMatch(r -> r.contains("overlaps"))
                .anyMatch(r -> r.contains("slot 1"));
    }
}
