package dev.vl3mesh.model.ipam;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vl3mesh.model.DomainName;
import dev.vl3mesh.model.address.AddressPlan;
import dev.vl3mesh.model.address.IpAddress;
import dev.vl3mesh.model.address.IpPrefix;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class OccupancyTest {
    private final AddressPlan plan = AddressPlan.of(List.of(IpPrefix.parse("172.16.0.0/16")));
    private final Occupancy occupancy = new Occupancy(new Random(7));

    @Test
    void fillsOneBlockBeforeTheNextAndNeverChoosesTwice() {
        Set<Integer> chosen = new HashSet<>();
        for (int i = 0; i < 62; i++) { // block 0 lacks the network's own index and the gateway's
            int index = occupancy.choose(plan, List.of(3, 0), 0).orElseThrow();
            assertThat(AddressPlan.blockOf(index)).isZero();
            assertThat(chosen.add(index)).isTrue();
        }
        assertThat(AddressPlan.blockOf(occupancy.choose(plan, List.of(3, 0), 0).orElseThrow()))
                .isEqualTo(3);
        assertThat(chosen).doesNotContain(0, AddressPlan.GATEWAY_INDEX);
    }

    @Test
    void anAddressThatWasGivenUpIsTheLastToComeBack() {
        int first = occupancy.choose(plan, List.of(5), 0).orElseThrow();
        occupancy.take(first);
        occupancy.release(first);
        for (int i = 0; i < 63; i++) {
            assertThat(occupancy.choose(plan, List.of(5), 0).orElseThrow()).isNotEqualTo(first);
        }
        assertThat(occupancy.choose(plan, List.of(5), 0)).hasValue(first);
        assertThat(occupancy.choose(plan, List.of(5), 0)).isEmpty();
    }

    @Test
    void aChoiceThatNobodyTookIsFreeAgainAfterItsTime() {
        int index = occupancy.choose(plan, List.of(5), 1000).orElseThrow();
        assertThat(occupancy.free(index, 1000 + Occupancy.HOLD_MILLIS - 1)).isFalse();
        assertThat(occupancy.free(index, 1000 + Occupancy.HOLD_MILLIS)).isTrue();
        occupancy.take(index);
        assertThat(occupancy.free(index, 1000 + Occupancy.HOLD_MILLIS)).isFalse();
    }

    @Test
    void withoutABlockThereIsNothingToChoose() {
        assertThat(occupancy.choose(plan, List.of(), 0)).isEmpty();
    }

    @Test
    void namesAreObjectNames() {
        DomainName red = new DomainName("red");
        assertThat(AttachmentName.of(red, IpAddress.parse("172.16.3.7")).value())
                .isEqualTo("red.172-16-3-7");
        assertThat(AttachmentName.of(red, IpAddress.parse("fd00:16::3:7")).value())
                .isEqualTo("red.fd00-16--3-7");
        assertThat(AttachmentName.of(red, IpAddress.parse("fd00:16::")).value()).isEqualTo("red.fd00-16--0");
    }
}
