package dev.vl3mesh.model;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DnsNamesTest {
    @ParameterizedTest
    @ValueSource(strings = {"a", "0", "east-1", "ip-10-0-0-1.eu-west-1.compute.internal", "a.b.c", "a--b"})
    void kubernetesTakesThese(String name) {
        assertThat(DnsNames.isSubdomain(name)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "a.", ".a", "a..b", "-a", "a-", "a.-b", "a-.b", "A", "a_b", "a b", "a\n", "ä"})
    void kubernetesRefusesThese(String name) {
        assertThat(DnsNames.isSubdomain(name)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 253, 254, 100_000})
    void aNameHasAtMost253Characters(int length) {
        assertThat(DnsNames.isSubdomain("a".repeat(length))).isEqualTo(length <= 253);
    }
}
