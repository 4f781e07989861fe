package dev.vl3mesh.bench.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class TrafficTest {
    @Test
    void whatArrivedCounts() throws IOException {
        Traffic.Stream tcp = Traffic.stream(
                "{\"end\": {\"sum_sent\": {\"bytes\": 9e9, \"bits_per_second\": 24e9},"
                        + " \"sum_received\": {\"bytes\": 1073741824, \"bits_per_second\": 8e9}}}",
                3);
        assertThat(tcp.gigabits()).isEqualTo(8);
        assertThat(tcp.cpuSecondsPerGib()).isEqualTo(3);
        Traffic.Stream udp = Traffic.stream(
                "{\"end\": {\"sum\": {\"bytes\": 2147483648, \"bits_per_second\": 4e9, \"lost_percent\": 25}}}", 3);
        assertThat(udp.gigabits()).isEqualTo(3, Offset.offset(1e-9));
        assertThat(udp.cpuSecondsPerGib()).isEqualTo(2, Offset.offset(1e-9));
    }

    @Test
    void anErrorOfIperfIsToldAsItIs() {
        assertThatThrownBy(() -> Traffic.stream("{\"end\": {}, \"error\": \"unable to connect\"}", 1))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("unable to connect");
        assertThatThrownBy(() -> Traffic.stream("no json", 1)).isInstanceOf(IOException.class);
    }
}
