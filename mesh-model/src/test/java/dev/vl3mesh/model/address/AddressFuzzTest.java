package dev.vl3mesh.model.address;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.util.List;

class AddressFuzzTest {
    /// The JDK writes addresses too, and did not write our parser.
    @FuzzTest(maxDuration = "2m")
    void textIsAnAddressOrRefused(byte[] bytes) {
        String text = new String(bytes, StandardCharsets.UTF_8);
        IpAddress address;
        try {
            address = IpAddress.parse(text);
        } catch (IllegalArgumentException e) {
            assertThat(e.getMessage()).contains("address");
            return;
        }
        assertThat(IpAddress.parse(address.toString())).isEqualTo(address);
        assertThat(IpAddress.ofBytes(address.bytes())).isEqualTo(address);
        assertThat(IpAddress.parse(address.toInetAddress().getHostAddress())).isEqualTo(address);
        assertThat(address.toPrefix().contains(address)).isTrue();
        if (address.family() == IpFamily.V4) {
            assertThat(text).isEqualTo(address.toString());
        }
    }

    @FuzzTest(maxDuration = "2m")
    void textIsAPrefixOrRefused(byte[] bytes) {
        String text = new String(bytes, StandardCharsets.UTF_8);
        IpPrefix prefix;
        try {
            prefix = IpPrefix.parse(text);
        } catch (IllegalArgumentException e) {
            assertThat(e.getMessage()).isNotBlank();
            return;
        }
        assertThat(IpPrefix.parse(prefix.toString())).isEqualTo(prefix);
        assertThat(prefix.contains(prefix.address())).isTrue();
    }

    /// One prefix a line.
    @FuzzTest(maxDuration = "2m")
    void prefixesAreAPlanOrRefused(byte[] bytes) {
        AddressPlan plan;
        try {
            List<IpPrefix> prefixes = new String(bytes, StandardCharsets.UTF_8)
                    .lines()
                    .map(IpPrefix::parse)
                    .toList();
            plan = AddressPlan.of(prefixes);
        } catch (IllegalArgumentException e) {
            assertThat(e.getMessage()).isNotBlank().hasSizeLessThan(bytes.length * 40 + 1000);
            return;
        }
        for (int index : List.of(0, 1, 2, 255, plan.indexes() / 2, plan.indexes() - 1)) {
            List<IpAddress> place = plan.addresses(index);
            assertThat(place)
                    .isNotEmpty()
                    .allSatisfy(address -> assertThat(plan.indexOf(address)).hasValue(index));
        }
        assertThat(plan.allocatableIndexes(0)).isNotEmpty().allMatch(plan::allocatable);
        assertThat(plan.gateway()).isEqualTo(plan.addresses(AddressPlan.GATEWAY_INDEX));
    }
}
