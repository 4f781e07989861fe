package dev.vl3mesh.tunnel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vl3mesh.model.address.IpAddress;
import dev.vl3mesh.model.address.IpPrefix;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PrefixTableTest {
    private final PrefixTable<String> table = new PrefixTable<>();

    private @Nullable String of(String address) {
        return table.get(IpAddress.parse(address));
    }

    @Test
    void theLongestPrefixCounts() {
        table.put(IpPrefix.parse("0.0.0.0/0"), "all");
        table.put(IpPrefix.parse("10.0.0.0/8"), "ten");
        table.put(IpPrefix.parse("10.1.2.3/32"), "one");
        table.put(IpPrefix.parse("fd00::/8"), "six");
        assertThat(of("192.0.2.1")).isEqualTo("all");
        assertThat(of("10.1.2.4")).isEqualTo("ten");
        assertThat(of("10.1.2.3")).isEqualTo("one");
        assertThat(of("fd00::1")).isEqualTo("six");
        assertThat(of("2001:db8::1")).isNull();
        table.remove(IpPrefix.parse("10.0.0.0/8"), "somebody's");
        assertThat(of("10.1.2.4")).as("another's is not taken away").isEqualTo("ten");
        table.remove(IpPrefix.parse("10.0.0.0/8"), "ten");
        assertThat(of("10.1.2.4")).isEqualTo("all");
        assertThat(of("10.1.2.3")).isEqualTo("one");
    }

    private static IpPrefix prefix(SplittableRandom random) {
        boolean four = random.nextBoolean();
        int length = random.nextInt(four ? 33 : 129);
        return IpPrefix.containing(address(random, four), length);
    }

    /// Few bits differ, so that prefixes meet.
    private static IpAddress address(SplittableRandom random, boolean four) {
        byte[] bytes = new byte[four ? 4 : 16];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (random.nextInt(4) == 0 ? 1 << random.nextInt(8) : 0);
        }
        return IpAddress.ofBytes(bytes);
    }

    /// Against going over all prefixes.
    @Test
    void asGoingOverAllOfThemWouldSay() {
        SplittableRandom random = new SplittableRandom(1);
        Map<IpPrefix, String> all = new HashMap<>();
        for (int i = 0; i < 20_000; i++) {
            IpPrefix prefix = prefix(random);
            if (random.nextInt(3) == 0) {
                String value = all.remove(prefix);
                table.remove(prefix, value == null ? "none" : value);
            } else {
                all.put(prefix, "v" + i);
                table.put(prefix, "v" + i);
            }
            if (all.size() > 60) {
                Map.Entry<IpPrefix, String> old = all.entrySet().iterator().next();
                table.remove(old.getKey(), old.getValue());
                all.remove(old.getKey());
            }
            IpAddress address = address(random, random.nextBoolean());
            String expected = all.keySet().stream()
                    .filter(one -> one.family() == address.family() && one.contains(address))
                    .max(Comparator.comparingInt(IpPrefix::length))
                    .map(all::get)
                    .orElse(null);
            assertThat(table.get(address)).as("%s in %s", address, all).isEqualTo(expected);
        }
    }
}
