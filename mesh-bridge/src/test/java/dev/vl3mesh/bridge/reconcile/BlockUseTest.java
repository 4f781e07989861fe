package dev.vl3mesh.bridge.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vl3mesh.api.v1alpha1.Attachment;
import dev.vl3mesh.model.address.AddressPlan;
import dev.vl3mesh.model.address.IpAddress;
import dev.vl3mesh.model.address.IpPrefix;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BlockUseTest {
    private static final List<IpPrefix> FIRST = List.of(IpPrefix.parse("10.0.0.0/24"));
    private static final List<IpPrefix> GROWN = List.of(IpPrefix.parse("10.0.0.0/24"), IpPrefix.parse("10.1.0.0/24"));

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void countsWhatCountingAnewCounts(long seed) {
        Random random = new Random(seed);
        BlockUse use = new BlockUse();
        Map<String, Attachment> all = new TreeMap<>();
        List<IpPrefix> prefixes = List.of();
        for (int step = 0; step < 2000; step++) {
            if (step == 100) {
                prefixes = FIRST;
                use.prefixes("red", prefixes);
            }
            if (step == 1000) {
                prefixes = GROWN;
                use.prefixes("red", prefixes);
            }
            String domain = random.nextInt(4) == 0 ? "green" : "red";
            String address = "10." + random.nextInt(2) + ".0." + random.nextInt(256);
            Attachment attachment = Sample.attachment(domain, address, "c", null, Sample.START);
            String name = attachment.getMetadata().getName();
            if (random.nextBoolean()) {
                all.put(name, attachment);
                use.attachment(name, Optional.of(attachment));
            } else {
                all.remove(name);
                use.attachment(name, Optional.empty());
            }
            int block = random.nextInt(8);
            assertThat(use.used("red", block)).as("seed %d step %d", seed, step).isEqualTo(count(all, prefixes, block));
            assertThat(use.attachments("red")).isEqualTo((int) all.values().stream()
                    .filter(a -> a.getSpec().domain().equals("red"))
                    .count());
        }
    }

    private static int count(Map<String, Attachment> all, List<IpPrefix> prefixes, int block) {
        if (prefixes.isEmpty()) {
            return 0;
        }
        AddressPlan plan = AddressPlan.of(prefixes);
        return (int) all.values().stream()
                .filter(a -> a.getSpec().domain().equals("red"))
                .map(a -> plan.indexOf(IpAddress.parse(a.getSpec().addresses().getFirst())))
                .filter(index -> index.isPresent() && AddressPlan.blockOf(index.getAsInt()) == block)
                .count();
    }
}
