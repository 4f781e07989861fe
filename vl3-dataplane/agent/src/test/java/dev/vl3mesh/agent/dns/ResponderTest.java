package dev.vl3mesh.agent.dns;

import static dev.vl3mesh.agent.dns.SampleZones.EAST;
import static dev.vl3mesh.agent.dns.SampleZones.endpoint;
import static dev.vl3mesh.agent.dns.SampleZones.service;
import static org.assertj.core.api.Assertions.assertThat;

import dev.vl3mesh.agent.Seed;
import dev.vl3mesh.model.address.IpAddress;
import dev.vl3mesh.model.plan.MeshResource.ServiceEndpoint;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.socket.DatagramPacket;
import io.netty.handler.codec.dns.DatagramDnsResponse;
import io.netty.handler.codec.dns.DatagramDnsResponseDecoder;
import io.netty.handler.codec.dns.DnsRawRecord;
import io.netty.handler.codec.dns.DnsRecordType;
import io.netty.handler.codec.dns.DnsResponseCode;
import io.netty.handler.codec.dns.DnsSection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// Answers are read back with netty's own decoder, which did not write them.
class ResponderTest {
    private static final IpAddress CLIENT = IpAddress.parse("172.16.3.99");
    private static final String WEB = "web.shop.svc.red.vl3.internal.";

    private final Zone zone = SampleZones.red();
    private final Responder responder = new Responder((_, _) -> List.of(zone), new DnsCounters(), new Random(3));

    @Test
    void answersWithTheClientsOwnSpelling() {
        zone.put(service(EAST, "web", endpoint("", true, "172.16.3.7")));
        DatagramDnsResponse response = ask(query("wEB.shop.SVC.red.vl3.internal.", 1, 0), false);
        assertThat(response.id()).isEqualTo(0x1234);
        assertThat(response.code()).isEqualTo(DnsResponseCode.NOERROR);
        assertThat(response.isAuthoritativeAnswer()).isTrue();
        assertThat(response.isRecursionAvailable()).isTrue();
        assertThat(response.recordAt(DnsSection.QUESTION).name()).isEqualTo("wEB.shop.SVC.red.vl3.internal.");
        DnsRawRecord answer = response.recordAt(DnsSection.ANSWER);
        assertThat(answer.timeToLive()).isEqualTo(5);
        assertThat(IpAddress.ofBytes(bytes(answer.content()))).isEqualTo(IpAddress.parse("172.16.3.7"));
    }

    @Test
    void cutsLongAnswersToWhatTheClientTakes() {
        zone.put(service(
                EAST,
                "web",
                IntStream.range(0, 200)
                        .mapToObj(i -> endpoint("", true, "172.16.5." + i))
                        .toArray(ServiceEndpoint[]::new)));
        DatagramDnsResponse plain = ask(query(WEB, 1, 0), false);
        assertThat(plain.isTruncated()).isTrue();
        assertThat(plain.count(DnsSection.ANSWER)).isEqualTo((512 - 12 - WEB.length() - 1 - 4) / 16);
        DatagramDnsResponse extended = ask(query(WEB, 1, 4096), false);
        assertThat(extended.isTruncated()).isTrue();
        assertThat(extended.count(DnsSection.ANSWER)).isEqualTo((1232 - 11 - 12 - WEB.length() - 1 - 4) / 16);
        assertThat(extended.recordAt(DnsSection.ADDITIONAL).type()).isEqualTo(DnsRecordType.OPT);
        DatagramDnsResponse stream = ask(query(WEB, 1, 0), true);
        assertThat(stream.isTruncated()).isFalse();
        assertThat(stream.count(DnsSection.ANSWER)).isEqualTo(200);
    }

    @Test
    void saysWithAnSoaThatThereIsNothing() {
        DatagramDnsResponse response = ask(query(WEB, 1, 0), false);
        assertThat(response.code()).isEqualTo(DnsResponseCode.NXDOMAIN);
        assertThat(response.recordAt(DnsSection.AUTHORITY).type()).isEqualTo(DnsRecordType.SOA);
    }

    @Test
    void refusesWhatItCantServe() {
        ByteBuf update = query(WEB, 1, 0);
        update.setShort(2, 5 << 11);
        assertThat(ask(update, false).code()).isEqualTo(DnsResponseCode.NOTIMP);
        ByteBuf twoQuestions = query(WEB, 1, 0);
        twoQuestions.setShort(4, 2);
        assertThat(ask(twoQuestions, false).code()).isEqualTo(DnsResponseCode.FORMERR);
        ByteBuf answer = query(WEB, 1, 0);
        answer.setShort(2, 0x8000);
        assertThat(responder.decide(UnpooledByteBufAllocator.DEFAULT, SampleZones.RED, CLIENT, answer, false))
                .isInstanceOf(Responder.Decision.Ignore.class);
    }

    @Test
    void passesForeignNamesOnUntouched() {
        ByteBuf foreign = query("kubernetes.default.svc.cluster.local.", 1, 1232);
        ByteBuf copy = foreign.copy();
        assertThat(responder.decide(UnpooledByteBufAllocator.DEFAULT, SampleZones.RED, CLIENT, foreign, false))
                .isInstanceOf(Responder.Decision.Forward.class);
        assertThat(foreign).isEqualTo(copy);
    }

    @Test
    void noMessageBreaksIt() {
        zone.put(service(EAST, "web", endpoint("web-0", true, "172.16.3.7", "fd00:16::3:7")));
        Random random = Seed.random("noMessageBreaksIt");
        for (int i = 0; i < 20_000; i++) {
            ByteBuf message = query(random.nextBoolean() ? WEB : "_http._tcp." + WEB, 33, random.nextInt(3) * 600);
            for (int flips = random.nextInt(6); flips > 0; flips--) {
                message.setByte(random.nextInt(message.readableBytes()), random.nextInt());
            }
            message.writerIndex(random.nextInt(4) == 0 ? random.nextInt(message.writerIndex()) : message.writerIndex());
            boolean stream = random.nextBoolean();
            if (responder.decide(UnpooledByteBufAllocator.DEFAULT, SampleZones.RED, CLIENT, message, stream)
                    instanceof Responder.Decision.Reply reply) {
                assertThat(reply.message().readableBytes()).isLessThanOrEqualTo(stream ? 65_535 : 1232);
                reply.message().release();
            }
        }
    }

    private DatagramDnsResponse ask(ByteBuf query, boolean stream) {
        Responder.Decision decision =
                responder.decide(UnpooledByteBufAllocator.DEFAULT, SampleZones.RED, CLIENT, query, stream);
        InetSocketAddress anybody = new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);
        EmbeddedChannel decoder = new EmbeddedChannel(new DatagramDnsResponseDecoder());
        decoder.writeInbound(new DatagramPacket(((Responder.Decision.Reply) decision).message(), anybody, anybody));
        return decoder.readInbound();
    }

    private static byte[] bytes(ByteBuf buffer) {
        byte[] bytes = new byte[buffer.readableBytes()];
        buffer.getBytes(buffer.readerIndex(), bytes);
        return bytes;
    }

    /// @param udpBytes the EDNS size, 0 for none
    private static ByteBuf query(String name, int type, int udpBytes) {
        ByteBuf message = Unpooled.buffer();
        message.writeShort(0x1234).writeShort(0x0100).writeShort(1).writeInt(0).writeShort(udpBytes > 0 ? 1 : 0);
        for (String label : name.substring(0, name.length() - 1).split("\\.")) {
            message.writeByte(label.length()).writeCharSequence(label, StandardCharsets.US_ASCII);
        }
        message.writeByte(0).writeShort(type).writeShort(1);
        if (udpBytes > 0) {
            message.writeByte(0).writeShort(41).writeShort(udpBytes).writeInt(0).writeShort(0);
        }
        return message;
    }
}
