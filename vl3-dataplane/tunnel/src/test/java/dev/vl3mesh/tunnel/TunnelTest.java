package dev.vl3mesh.tunnel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TunnelTest {
    private final Ends ends = new Ends(TunnelKey.NONE, Duration.ZERO);
    private final Ends.End a = ends.a;
    private final Ends.End b = ends.b;

    private void ping(int number) {
        a.send(Packets.ping(Ends.A, Ends.B, number, 56));
        ends.carry();
    }

    private static List<Integer> numbers(Ends.End end) {
        return end.delivered.stream().map(Packets::number).toList();
    }

    @Test
    void packetsWaitForTheHandshakeAndThenPassBothWays() {
        a.send(Packets.ping(Ends.A, Ends.B, 1, 0));
        a.send(Packets.ping(Ends.A, Ends.B, 2, 1400));
        assertThat(a.messages).as("one call for both").isEqualTo(1);
        ends.carry();
        assertThat(numbers(b)).containsExactly(1, 2);
        assertThat(b.delivered.get(1).remaining()).as("without padding").isEqualTo(1428);
        b.send(Packets.icmp(Ends.B, Ends.A, 0, 3, 9));
        ends.carry();
        assertThat(numbers(a)).containsExactly(3);
        assertThat(a.isConnected(b) && b.isConnected(a)).isTrue();
        assertThat(a.tunnel.drops()).isEmpty();
        assertThat(b.tunnel.drops()).isEmpty();
    }

    @Test
    void aPresharedKeyHasToBeTheSame() {
        TunnelKey key = TunnelKey.parse("AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=");
        Ends same = new Ends(key, Duration.ZERO);
        same.a.send(Packets.ping(Ends.A, Ends.B, 1, 0));
        same.carry();
        assertThat(numbers(same.b)).containsExactly(1);
        a.add(b, Ends.B + "/32", key, Duration.ZERO);
        ping(1);
        assertThat(b.delivered).isEmpty();
        assertThat(a.drops(DropReason.FORGED)).isEqualTo(1);
    }

    @Test
    void aMessageCountsOnce() {
        ping(1);
        a.send(Packets.ping(Ends.A, Ends.B, 2, 0));
        byte[] message = a.sent.poll();
        for (int i = 0; i < 3; i++) {
            b.tunnel.receive(ByteBuffer.wrap(message), a.address, ends.now, b);
        }
        assertThat(numbers(b)).containsExactly(1, 2);
        assertThat(b.drops(DropReason.REPLAYED)).isEqualTo(2);
    }

    @Test
    void aCallCountsOnceAndIsNotAnsweredToWhoRepeatsIt() {
        a.send(Packets.ping(Ends.A, Ends.B, 1, 0));
        byte[] initiation = a.sent.peek();
        ends.carry();
        ends.now += Ends.SECOND;
        int before = b.messages;
        b.tunnel.receive(ByteBuffer.wrap(initiation), Ends.address("203.0.113.9"), ends.now, b);
        assertThat(b.messages).isEqualTo(before);
        assertThat(b.drops(DropReason.REPEATED)).isEqualTo(1);
        assertThat(b.tunnel.endpoint(a.identity.publicKey())).contains(a.address);
    }

    @Test
    void anyChangedByteIsNoticed() {
        a.send(Packets.ping(Ends.A, Ends.B, 1, 0));
        byte[] initiation = a.sent.poll();
        for (int i = 0; i < initiation.length - Messages.MAC_BYTES; i++) { // the last field is for cookies
            byte[] changed = initiation.clone();
            changed[i] ^= 0x40;
            b.tunnel.receive(ByteBuffer.wrap(changed), a.address, ends.now, b);
        }
        assertThat(b.messages).as("answers").isZero();
        b.tunnel.receive(ByteBuffer.wrap(initiation), a.address, ends.now, b);
        ends.carry();
        assertThat(numbers(b)).containsExactly(1);
        a.send(Packets.ping(Ends.A, Ends.B, 2, 0));
        byte[] data = a.sent.poll();
        for (int i = 0; i < data.length; i++) {
            byte[] changed = data.clone();
            changed[i] ^= 0x01;
            b.tunnel.receive(ByteBuffer.wrap(changed), a.address, ends.now, b);
            b.tunnel.receive(ByteBuffer.wrap(data, 0, i), a.address, ends.now, b);
        }
        assertThat(numbers(b)).containsExactly(1);
    }

    @Test
    void aPeerSpeaksForItsOwnAddressesOnly() {
        ping(1);
        a.send(Packets.ping("10.0.0.9", Ends.B, 2, 0));
        ends.carry();
        assertThat(numbers(b)).containsExactly(1);
        assertThat(b.drops(DropReason.WRONG_SOURCE)).isEqualTo(1);
        a.send(Packets.ping(Ends.A, "10.0.0.9", 3, 0));
        assertThat(a.drops(DropReason.NO_PEER)).isEqualTo(1);
        a.send(ByteBuffer.wrap(new byte[] {0x45, 0, 0}));
        assertThat(a.drops(DropReason.MALFORMED)).isEqualTo(1);
    }

    @Test
    void whoeverBeganASessionBeginsTheNextBeforeItEnds() {
        for (int i = 0; i < 600; i++) { // an hour and forty minutes
            ping(i);
            b.send(Packets.icmp(Ends.B, Ends.A, 0, i, 0));
            ends.carry();
            ends.pass(Duration.ofSeconds(10));
        }
        assertThat(b.delivered).hasSize(600);
        assertThat(a.delivered).hasSize(600);
        assertThat(a.tunnel.drops()).isEmpty();
    }

    @Test
    void aSilentPeerIsCalledAgainForAMinuteAndAHalf() {
        a.send(Packets.ping(Ends.A, Ends.B, 1, 0));
        a.sent.clear();
        while (a.tunnel.dueAt() != Long.MAX_VALUE) {
            ends.now = a.tunnel.dueAt();
            a.tunnel.tick(ends.now, a);
            a.sent.clear();
        }
        assertThat(ends.now).isBetween(90 * Ends.SECOND, 96 * Ends.SECOND);
        assertThat(a.messages).isBetween(16, 18);
        assertThat(a.drops(DropReason.NOT_REACHED)).isEqualTo(1);
        ping(2);
        assertThat(numbers(b)).containsExactly(2);
    }

    @Test
    void whoHearsAndDoesNotSpeakSaysSo() {
        ping(1);
        int before = b.messages;
        ends.pass(Duration.ofSeconds(9));
        assertThat(b.messages).isEqualTo(before);
        ends.pass(Duration.ofSeconds(2));
        assertThat(b.messages).isEqualTo(before + 1);
        ends.pass(Duration.ofSeconds(60));
        assertThat(b.messages).as("and is silent then").isEqualTo(before + 1);
    }

    @Test
    void whoStartsAnewIsFoundAgain() {
        ping(1);
        ends.now += 20 * Ends.SECOND;
        Ends.End reborn = ends.new End("192.0.2.1", 1);
        reborn.add(b, Ends.B + "/32", TunnelKey.NONE, Duration.ZERO);
        b.send(Packets.icmp(Ends.B, Ends.A, 0, 2, 0));
        reborn.tunnel.receive(ByteBuffer.wrap(b.sent.poll()), b.address, ends.now, reborn);
        assertThat(reborn.drops(DropReason.NO_SESSION)).isEqualTo(1);
        ends.now += 16 * Ends.SECOND;
        b.tunnel.tick(ends.now, b);
        assertThat(b.sent).as("a call, for nothing came back").hasSize(1);
        reborn.tunnel.receive(ByteBuffer.wrap(b.sent.poll()), b.address, ends.now, reborn);
        b.tunnel.receive(ByteBuffer.wrap(reborn.sent.poll()), reborn.address, ends.now, b);
        reborn.tunnel.receive(ByteBuffer.wrap(b.sent.poll()), b.address, ends.now, reborn);
        reborn.send(Packets.ping(Ends.A, Ends.B, 3, 0));
        b.tunnel.receive(ByteBuffer.wrap(reborn.sent.poll()), reborn.address, ends.now, b);
        assertThat(numbers(b)).containsExactly(1, 3);
    }

    @Test
    void aPeerMayMove() {
        ping(1);
        a.address = Ends.address("203.0.113.7");
        ping(2);
        assertThat(b.tunnel.endpoint(a.identity.publicKey())).contains(a.address);
    }

    @Test
    void whereKeepaliveIsWantedSomethingIsSentAllTheTime() {
        Ends kept = new Ends(TunnelKey.NONE, Duration.ofSeconds(25));
        kept.pass(Duration.ofMinutes(10));
        assertThat(kept.a.isConnected(kept.b)).isTrue();
        assertThat(kept.b.tunnel.endpoint(kept.a.identity.publicKey())).contains(kept.a.address);
        assertThat(kept.a.messages).isGreaterThan(24);
        assertThat(kept.a.delivered).isEmpty();
    }

    @Test
    void underLoadWhoCallsHasToShowWhereItIs() {
        b.tunnel.setUnderLoad(true);
        ping(1);
        assertThat(b.delivered).isEmpty();
        assertThat(b.drops(DropReason.UNDER_LOAD)).isEqualTo(1);
        ends.pass(Duration.ofSeconds(6));
        assertThat(numbers(b)).containsExactly(1);
        assertThat(a.tunnel.drops()).isEmpty();
    }

    @Test
    void aCookieIsGoodAtItsAddressOnly() {
        b.tunnel.setUnderLoad(true);
        ping(1);
        a.address = Ends.address("203.0.113.7");
        ends.pass(Duration.ofSeconds(6));
        assertThat(b.delivered).isEmpty();
        assertThat(b.drops(DropReason.UNDER_LOAD)).isEqualTo(2);
        ends.pass(Duration.ofSeconds(6));
        assertThat(numbers(b)).containsExactly(1);
    }

    @Test
    void strangersGetNoAnswer() {
        Ends.End stranger = ends.new End("203.0.113.1", 9);
        stranger.add(b, Ends.B + "/32", TunnelKey.NONE, Duration.ZERO);
        stranger.send(Packets.ping(Ends.A, Ends.B, 1, 0));
        b.tunnel.receive(ByteBuffer.wrap(stranger.sent.poll()), stranger.address, ends.now, b);
        assertThat(b.messages).isZero();
        assertThat(b.drops(DropReason.STRANGER)).isEqualTo(1);
    }

    @Test
    void whoWasRemovedIsAStranger() {
        ping(1);
        b.tunnel.remove(a.identity.publicKey());
        ping(2);
        assertThat(numbers(b)).containsExactly(1);
        assertThat(b.drops(DropReason.NO_SESSION)).isEqualTo(1);
    }

    @Test
    void noPeerHasTheOwnKey() {
        PeerSpec self =
                new PeerSpec(a.identity.publicKey(), TunnelKey.NONE, Optional.empty(), List.of(), Duration.ZERO);
        assertThatThrownBy(() -> a.tunnel.add(self, 0)).hasMessageContaining("the tunnel's own key");
    }
}
