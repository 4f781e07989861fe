package dev.vl3mesh.agent.dns;

import dev.vl3mesh.model.DomainName;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.LengthFieldBasedFrameDecoder;
import io.netty.handler.codec.LengthFieldPrepender;
import io.netty.handler.timeout.IdleStateHandler;
import java.net.InetSocketAddress;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/// The DNS server of all domains of this node. Sockets are made elsewhere, in the domains' namespaces, and
/// served here on one event loop.
public final class DnsServer {
    /// The port of DNS (RFC 1035, 4.2).
    public static final int PORT = 53;

    private static final int TCP_CONNECTIONS_MAX = 256;
    private static final long TCP_IDLE_SECONDS = 10;
    private static final int TCP_FRAME_BYTES_MAX = 65_535;
    /// No honest query comes near it (RFC 6891 allows 4,096).
    private static final int UDP_QUERY_BYTES_MAX = 4_096;

    private final EventLoop loop;
    private final Responder responder;
    private final Upstream upstream;
    private final InetSocketAddress clusterDns;
    private final DnsCounters counters;
    private int tcpConnections;

    /// @param loop serves everything; stays the caller's
    /// @param clusterDns where all other names are asked for
    public DnsServer(EventLoop loop, ZoneDirectory directory, InetSocketAddress clusterDns, DnsCounters counters) {
        this.loop = loop;
        this.clusterDns = clusterDns;
        this.counters = counters;
        // Query numbers keep off-path forgers out, so they must not be predictable (RFC 5452, 4); shuffling needs no
        // such care.
        this.upstream = new Upstream(clusterDns, loop, counters, new SecureRandom());
        this.responder = new Responder(directory, counters, new SplittableRandom());
    }

    /// What serves one domain.
    public static final class Listener implements AutoCloseable {
        private final List<Channel> channels;

        private Listener(List<Channel> channels) {
            this.channels = channels;
        }

        /// Stops serving.
        @Override
        public void close() {
            channels.forEach(channel -> {
                var _ = channel.close();
            });
        }
    }

    /// Serves a domain on bound sockets, which it takes over.
    public Listener serve(DomainName domain, List<DatagramChannel> udp, List<ServerSocketChannel> tcp) {
        List<Channel> channels = new ArrayList<>();
        for (DatagramChannel socket : udp) {
            NioDatagramChannel channel = new NioDatagramChannel(socket);
            channel.config()
                    .setOption(ChannelOption.RCVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(UDP_QUERY_BYTES_MAX));
            channel.pipeline().addLast(new UdpHandler(domain, responder, upstream));
            channels.add(register(channel));
        }
        for (ServerSocketChannel socket : tcp) {
            NioServerSocketChannel channel = new NioServerSocketChannel(socket);
            channel.pipeline().addLast(new Acceptor(domain));
            channels.add(register(channel));
        }
        return new Listener(channels);
    }

    private Channel register(Channel channel) {
        loop.register(channel).addListener(done -> {
            if (!done.isSuccess()) {
                var _ = channel.close();
            }
        });
        return channel;
    }

    /// Ends what runs towards the cluster's DNS.
    public void close() {
        upstream.close();
    }

    private final class Acceptor extends ChannelInboundHandlerAdapter {
        private final DomainName domain;

        Acceptor(DomainName domain) {
            this.domain = domain;
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object accepted) {
            NioSocketChannel client = (NioSocketChannel) accepted;
            if (tcpConnections >= TCP_CONNECTIONS_MAX) {
                client.unsafe().closeForcibly();
                return;
            }
            tcpConnections++;
            client.closeFuture().addListener(_ -> tcpConnections--);
            client.pipeline().addLast(new ChannelInitializer<Channel>() {
                @Override
                protected void initChannel(Channel channel) {
                    channel.pipeline()
                            .addLast(new IdleStateHandler(0, 0, TCP_IDLE_SECONDS, TimeUnit.SECONDS))
                            .addLast(new LengthFieldBasedFrameDecoder(TCP_FRAME_BYTES_MAX + 2, 0, 2, 0, 2))
                            .addLast(new LengthFieldPrepender(2))
                            .addLast(new TcpHandler(domain, responder, clusterDns, counters));
                }
            });
            var _ = loop.register(client);
        }
    }
}
