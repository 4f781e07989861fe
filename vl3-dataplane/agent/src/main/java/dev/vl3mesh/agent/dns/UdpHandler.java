package dev.vl3mesh.agent.dns;

import dev.vl3mesh.model.DomainName;
import dev.vl3mesh.model.address.IpAddress;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.DatagramPacket;
import io.netty.handler.codec.dns.DnsResponseCode;
import java.net.InetSocketAddress;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Queries over UDP on one gateway address.
final class UdpHandler extends SimpleChannelInboundHandler<DatagramPacket> {
    private static final Logger log = LoggerFactory.getLogger(UdpHandler.class);

    private final DomainName domain;
    private final Responder responder;
    private final Upstream upstream;

    UdpHandler(DomainName domain, Responder responder, Upstream upstream) {
        this.domain = domain;
        this.responder = responder;
        this.upstream = upstream;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, DatagramPacket packet) {
        InetSocketAddress client = packet.sender();
        ByteBuf message = packet.content();
        IpAddress source = IpAddress.ofBytes(client.getAddress().getAddress());
        switch (responder.decide(context.alloc(), domain, source, message, false)) {
            case Responder.Decision.Reply reply -> {
                var _ = context.write(new DatagramPacket(reply.message(), client));
            }
            case Responder.Decision.Forward forward -> {
                ByteBuf header =
                        message.copy(message.readerIndex(), forward.query().questionEnd());
                upstream.forward(message.retain(), answer -> {
                    ByteBuf reply = answer != null
                            ? answer
                            : DnsResponses.error(context.alloc(), forward.query(), header, DnsResponseCode.SERVFAIL);
                    header.release();
                    var _ = context.writeAndFlush(new DatagramPacket(reply, client));
                });
            }
            case Responder.Decision.Ignore _ -> {}
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        context.flush();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        log.debug("dns {} udp: {}", domain, cause.toString());
    }
}
