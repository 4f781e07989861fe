package dev.vl3mesh.agent.dns;

import dev.vl3mesh.model.DomainName;
import dev.vl3mesh.model.address.IpAddress;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.LengthFieldBasedFrameDecoder;
import io.netty.handler.codec.LengthFieldPrepender;
import io.netty.handler.codec.dns.DnsResponseCode;
import io.netty.handler.timeout.IdleStateEvent;
import io.netty.handler.timeout.ReadTimeoutHandler;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Queries over one TCP connection. What goes on to the cluster's DNS gets a connection of its own there,
/// because a client that chose TCP expects a long answer.
final class TcpHandler extends SimpleChannelInboundHandler<ByteBuf> {
    private static final Logger log = LoggerFactory.getLogger(TcpHandler.class);
    private static final int CONNECT_TIMEOUT_MILLIS = 2_000;
    private static final long ANSWER_TIMEOUT_MILLIS = 4_000;
    private static final int FRAME_BYTES_MAX = 65_537;
    private static final int UNDER_WAY_MAX = 16;

    private final DomainName domain;
    private final Responder responder;
    private final InetSocketAddress clusterDns;
    private final DnsCounters counters;
    private int underWay;

    TcpHandler(DomainName domain, Responder responder, InetSocketAddress clusterDns, DnsCounters counters) {
        this.domain = domain;
        this.responder = responder;
        this.clusterDns = clusterDns;
        this.counters = counters;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, ByteBuf message) {
        InetSocketAddress client = (InetSocketAddress) context.channel().remoteAddress();
        IpAddress source = IpAddress.ofBytes(client.getAddress().getAddress());
        switch (responder.decide(context.alloc(), domain, source, message, true)) {
            case Responder.Decision.Reply reply -> {
                var _ = context.writeAndFlush(reply.message());
            }
            case Responder.Decision.Forward forward -> {
                if (underWay >= UNDER_WAY_MAX) {
                    counters.add(DnsCounters.Outcome.REFUSED_FULL);
                    var _ = context.writeAndFlush(
                            DnsResponses.error(context.alloc(), forward.query(), message, DnsResponseCode.SERVFAIL));
                } else {
                    forward(context, forward.query(), message.retain());
                }
            }
            case Responder.Decision.Ignore _ -> {
                var _ = context.close();
            }
        }
    }

    private void forward(ChannelHandlerContext context, DnsQuery query, ByteBuf message) {
        underWay++;
        Exchange exchange = new Exchange(context, query, message);
        var _ = new Bootstrap()
                .group(context.channel().eventLoop())
                .channel(NioSocketChannel.class)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_TIMEOUT_MILLIS)
                .handler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline()
                                .addLast(new ReadTimeoutHandler(ANSWER_TIMEOUT_MILLIS, TimeUnit.MILLISECONDS))
                                .addLast(new LengthFieldBasedFrameDecoder(FRAME_BYTES_MAX, 0, 2, 0, 2))
                                .addLast(new LengthFieldPrepender(2))
                                .addLast(exchange);
                    }
                })
                .connect(clusterDns)
                .addListener(done -> {
                    if (!done.isSuccess()) {
                        exchange.fail();
                    }
                });
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof IdleStateEvent && underWay == 0) {
            var _ = context.close();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        log.debug("dns {} tcp: {}", domain, cause.toString());
        var _ = context.close();
    }

    /// One query at the cluster's DNS.
    private final class Exchange extends SimpleChannelInboundHandler<ByteBuf> {
        private final ChannelHandlerContext client;
        private final DnsQuery query;
        private final ByteBuf message;
        private boolean ended;

        Exchange(ChannelHandlerContext client, DnsQuery query, ByteBuf message) {
            this.client = client;
            this.query = query;
            this.message = message;
        }

        @Override
        public void channelActive(ChannelHandlerContext context) {
            var _ = context.writeAndFlush(message.retainedDuplicate());
        }

        @Override
        protected void channelRead0(ChannelHandlerContext context, ByteBuf answer) {
            if (!ended) {
                counters.add(DnsCounters.Outcome.FORWARDED);
                end(answer.retain());
            }
            var _ = context.close();
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            fail();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            log.debug("dns upstream {} tcp: {}", clusterDns, cause.toString());
            fail();
            var _ = context.close();
        }

        void fail() {
            if (!ended) {
                counters.add(DnsCounters.Outcome.TIMED_OUT);
                end(DnsResponses.error(client.alloc(), query, message, DnsResponseCode.SERVFAIL));
            }
        }

        private void end(ByteBuf reply) {
            ended = true;
            underWay--;
            message.release();
            var _ = client.writeAndFlush(reply);
        }
    }
}
