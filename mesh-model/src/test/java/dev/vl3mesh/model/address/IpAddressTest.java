package dev.vl3mesh.model.address;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IpAddressTest {
    @ParameterizedTest
    @CsvSource({
        "172.16.3.7, 172.16.3.7",
        "0.0.0.0, 0.0.0.0",
        "255.255.255.255, 255.255.255.255",
        "FD00:16:0:0:0:0:3:7, fd00:16::3:7",
        "fd00:16::3:0, fd00:16::3:0",
        "1:0:2:0:0:3:0:4, 1:0:2::3:0:4",
        "1:0:0:2:0:0:3:4, 1::2:0:0:3:4",
        "1:0:2:3:4:5:6:7, 1:0:2:3:4:5:6:7",
        "::1, ::1",
        "::, ::",
        "1::, 1::"
    })
    void writesTheCanonicalText(String text, String canonical) {
        assertThat(IpAddress.parse(text)).hasToString(canonical);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "localhost",
                "1.2.3",
                "1.2.3.4.5",
                "256.1.1.1",
                "a.b.c.d",
                "fe80::1%eth0",
                ":",
                "1",
                "::ffff:1.2.3.4",
                "010.1.1.1",
                "12345::"
            })
    void refusesWhatIsNoAddress(String text) {
        assertThatThrownBy(() -> IpAddress.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void bytesAndTextComeBackForRandomAddresses() throws UnknownHostException {
        Random random = new Random(7);
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = new byte[i % 2 == 0 ? 4 : 16];
            for (int j = 0; j < bytes.length; j++) {
                bytes[j] = random.nextInt(3) == 0 ? (byte) random.nextInt() : 0;
            }
            if (InetAddress.getByAddress(bytes).getAddress().length != bytes.length) {
                continue; // an IPv4-mapped address, which has no form of its own
            }
            IpAddress address = IpAddress.ofBytes(bytes);
            assertThat(address.bytes()).isEqualTo(bytes);
            if (bytes.length == 4 || address.high() != 0) {
                assertThat(IpAddress.parse(address.toString())).isEqualTo(address);
            }
        }
    }

    @Test
    void addsWithCarryAndOrdersUnsigned() {
        assertThat(IpAddress.parse("10.0.0.255").plus(2)).hasToString("10.0.1.1");
        assertThat(IpAddress.parse("fd00::ffff:ffff:ffff:ffff").plus(1)).hasToString("fd00:0:0:1::");
        assertThat(IpAddress.parse("200.0.0.1")).isGreaterThan(IpAddress.parse("10.0.0.1"));
        assertThat(IpAddress.parse("fd00::1")).isGreaterThan(IpAddress.parse("200.0.0.1"));
    }
}
