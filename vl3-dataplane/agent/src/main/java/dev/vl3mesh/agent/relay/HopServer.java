package dev.vl3mesh.agent.relay;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.List;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The last hop to a mesh's control plane on this node, for relays of other nodes. They can't reach it themselves: the
/// address that all of a domain's relays have is the same on every node, so an answer to it would end at the control
/// plane's own node. What passes is TLS between a relay and the control plane.
final class HopServer implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(HopServer.class);
    private static final int CONNECT_MILLIS = 3_000;
    private static final int CONNECTIONS_MAX = 1_024;

    private final Channel listener;
    private int connections;

    /// Listens.
    ///
    /// @param loops one loop, which serves everything
    /// @param sockets makes sockets in the domain's room
    /// @param address where other nodes reach it
    /// @param local the control planes on this node
    HopServer(
            EventLoopGroup loops,
            RoomSockets sockets,
            InetSocketAddress address,
            Supplier<List<InetSocketAddress>> local,
            RandomGenerator random) {
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(loops)
                .channelFactory(sockets::server)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.AUTO_READ, false)
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel from) {
                        List<InetSocketAddress> targets = local.get();
                        if (targets.isEmpty() || connections >= CONNECTIONS_MAX) {
                            var _ = from.close();
                            return;
                        }
                        connections++;
                        from.closeFuture().addListener(_ -> connections--);
                        connect(loops, sockets, from, targets.get(random.nextInt(targets.size())));
                    }
                });
        listener = bootstrap.bind(address).syncUninterruptibly().channel();
    }

    private static void connect(EventLoopGroup loops, RoomSockets sockets, Channel from, SocketAddress target) {
        Bootstrap bootstrap = new Bootstrap()
                .group(loops)
                .channelFactory(sockets::client)
                .option(ChannelOption.AUTO_READ, false)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_MILLIS)
                .handler(new Pipe(from));
        bootstrap.connect(target).addListener(done -> {
            if (!done.isSuccess()) {
                log.warn("hop to {}: {}", target, String.valueOf(done.cause()));
                var _ = from.close();
            }
        });
    }

    @Override
    public void close() {
        listener.close().syncUninterruptibly();
    }

    /// Passes bytes to another channel, and reads on when they have left.
    private static final class Pipe extends ChannelInboundHandlerAdapter {
        private final Channel other;

        Pipe(Channel other) {
            this.other = other;
        }

        /// Only the end that connects sees this: both can be read from now on.
        @Override
        public void channelActive(ChannelHandlerContext context) {
            if (other.pipeline().get(Pipe.class) == null) {
                other.pipeline().addLast(new Pipe(context.channel()));
                other.read();
            }
            context.read();
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            other.writeAndFlush((ByteBuf) message).addListener(done -> {
                if (done.isSuccess()) {
                    context.read();
                } else {
                    var _ = context.close();
                }
            });
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            var _ = other.close();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            log.debug("hop", cause);
            var _ = context.close();
        }
    }
}
