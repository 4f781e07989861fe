package dev.vl3mesh.model.address;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class AddressPlanTest {
    private static AddressPlan plan(String... prefixes) {
        return AddressPlan.of(Stream.of(prefixes).map(IpPrefix::parse).toList());
    }

    private static IpAddress address(String text) {
        return IpAddress.parse(text);
    }

    @Test
    void onePlaceHasOneAddressOfEachFamily() {
        AddressPlan plan = plan("172.16.0.0/16", "fd00:16::/48");
        int index = plan.indexOf(address("172.16.3.7")).orElseThrow();
        assertThat(plan.addresses(index)).containsExactly(address("172.16.3.7"), address("fd00:16::3:7"));
        assertThat(plan.indexOf(address("fd00:16::3:7"))).hasValue(index);
        assertThat(plan.gateway()).containsExactly(address("172.16.0.1"), address("fd00:16::0:1"));
    }

    @Test
    void everyIndexComesBackFromItsAddresses() {
        AddressPlan plan = plan("10.1.0.0/23", "10.9.0.0/24", "fd00:1::/64");
        assertThat(plan.indexes()).isEqualTo(768);
        for (int index = 0; index < plan.indexes(); index++) {
            for (IpAddress address : plan.addresses(index)) {
                assertThat(plan.indexOf(address)).hasValue(index);
            }
        }
        assertThat(plan.indexOf(address("10.9.1.0"))).isEmpty();
        assertThat(plan.indexOf(address("fd00:1::3:0"))).isEmpty();
        assertThat(plan.indexOf(address("fd00:1::1:100"))).isEmpty();
    }

    @Test
    void aPrefixAppendedLaterMovesNothing() {
        AddressPlan before = plan("10.1.0.0/24", "fd00:1::/64");
        AddressPlan after = plan("10.1.0.0/24", "fd00:1::/64", "10.9.0.0/24");
        for (int index = 0; index < before.indexes(); index++) {
            assertThat(after.addresses(index)).isEqualTo(before.addresses(index));
            assertThat(after.allocatable(index)).isEqualTo(before.allocatable(index));
        }
    }

    @Test
    void manyPrefixesAreRefusedWithoutComparingEachWithEach() {
        List<IpPrefix> many = Collections.nCopies(100_000, IpPrefix.parse("10.1.0.0/24"));
        assertThat(AddressPlan.problems(many))
                .containsExactly("a domain has at most 16 prefixes, not 100000: write fewer, larger ones");
    }

    @Test
    void reservesNetworkGatewayAndServices() {
        AddressPlan plan = plan("172.16.0.0/16");
        assertThat(plan.allocatable(0)).isFalse();
        assertThat(plan.allocatable(1)).isFalse();
        assertThat(plan.allocatable(2)).isTrue();
        assertThat(plan.allocatable(plan.indexOf(address("172.16.239.255")).orElseThrow()))
                .isTrue();
        assertThat(plan.allocatable(plan.indexOf(address("172.16.240.0")).orElseThrow()))
                .isFalse();
        assertThat(plan.blocks()).isEqualTo(1024);
        assertThat(plan.allocatableIndexes(0).toArray()).hasSize(62).startsWith(2);
        assertThat(plan.allocatableIndexes(1023)).isEmpty();
    }

    @Test
    void saysAllThatIsWrongAtOnce() {
        assertThatThrownBy(() -> plan("169.254.0.0/16", "10.0.0.0/28", "10.0.0.0/24", "fd00::/64", "fd01::/112"))
                .hasMessageContaining("169.254.0.0/16 overlaps")
                .hasMessageContaining("10.0.0.0/28 has a length")
                .hasMessageContaining("10.0.0.0/28 and 10.0.0.0/24 overlap")
                .hasMessageContaining("fd01::/112 is too small")
                .hasMessageContaining("at most one IPv6 prefix");
        assertThat(AddressPlan.problems(List.of())).hasSize(1);
    }

    @Test
    void aDomainOfIpv6AloneHasPlacesToo() {
        AddressPlan plan = plan("fd00:16::/48");
        assertThat(plan.addresses(0x0307)).containsExactly(address("fd00:16::3:7"));
        assertThat(plan.indexes()).isEqualTo(1 << 24);
    }
}
