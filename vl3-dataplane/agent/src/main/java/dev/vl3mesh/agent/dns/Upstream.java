package dev.vl3mesh.agent.dns;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoop;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.util.collection.IntObjectHashMap;
import io.netty.util.concurrent.ScheduledFuture;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.DatagramChannel;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Passes queries on to the cluster's DNS over UDP, as they are but for their number, and brings back the
/// answers. Everything happens on one event loop.
final class Upstream {
    private static final Logger log = LoggerFactory.getLogger(Upstream.class);
    /// Beyond this, clients are told at once to ask elsewhere (SERVFAIL) instead of waiting.
    private static final int IN_FLIGHT_MAX = 2_000;

    private static final long TIMEOUT_MILLIS = 4_000;
    private static final int ANSWER_BYTES_MAX = 4_096;
    private static final int ID_COUNT = 1 << 16;

    /// Gets the answer to one forwarded query, or nothing when none came in time.
    interface Receiver extends Consumer<@Nullable ByteBuf> {}

    private record Pending(int clientId, Channel socket, Receiver receiver, ScheduledFuture<?> timeout) {}

    private final InetSocketAddress server;
    private final EventLoop loop;
    private final DnsCounters counters;
    private final RandomGenerator random;
    private final IntObjectHashMap<Pending> pending = new IntObjectHashMap<>();
    private @Nullable Channel socket;

    Upstream(InetSocketAddress server, EventLoop loop, DnsCounters counters, RandomGenerator random) {
        this.server = server;
        this.loop = loop;
        this.counters = counters;
        this.random = random;
    }

    /// Passes a query on.
    ///
    /// @param query taken over; released here
    /// @param receiver called once, on the event loop, with an answer that carries the client's own number
    ///     and that it has to release
    void forward(ByteBuf query, Receiver receiver) {
        loop.execute(() -> send(query, receiver));
    }

    void close() {
        loop.execute(() -> {
            if (socket != null) {
                var _ = socket.close();
            }
        });
    }

    private void send(ByteBuf query, Receiver receiver) {
        if (pending.size() >= IN_FLIGHT_MAX) {
            query.release();
            counters.add(DnsCounters.Outcome.REFUSED_FULL);
            receiver.accept(null);
            return;
        }
        Channel current = socket;
        if (current == null || !current.isActive()) {
            try {
                current = open();
                socket = current;
            } catch (IOException e) {
                log.warn("dns upstream {}: no socket: {}", server, e.getMessage());
                query.release();
                counters.add(DnsCounters.Outcome.REFUSED_FULL);
                receiver.accept(null);
                return;
            }
        }
        int id = random.nextInt(ID_COUNT);
        while (pending.containsKey(id)) {
            id = (id + 1) % ID_COUNT;
        }
        int unused = id;
        int clientId = query.getUnsignedShort(query.readerIndex());
        query.setShort(query.readerIndex(), unused);
        ScheduledFuture<?> timeout = loop.schedule(() -> timedOut(unused), TIMEOUT_MILLIS, TimeUnit.MILLISECONDS);
        pending.put(unused, new Pending(clientId, current, receiver, timeout));
        var _ = current.writeAndFlush(new DatagramPacket(query, server), current.voidPromise());
    }

    /// A socket of its own port for every spell of trouble: a translation that the node keeps for a port
    /// may still lead to a DNS pod that is gone.
    private void timedOut(int id) {
        Pending lost = pending.remove(id);
        if (lost == null) {
            return;
        }
        counters.add(DnsCounters.Outcome.TIMED_OUT);
        if (lost.socket().equals(socket)) {
            socket = null;
            Channel old = lost.socket();
            var _ = loop.schedule(
                    () -> {
                        var _ = old.close();
                    },
                    TIMEOUT_MILLIS,
                    TimeUnit.MILLISECONDS);
        }
        lost.receiver().accept(null);
    }

    private void received(Channel from, DatagramPacket packet) {
        ByteBuf answer = packet.content();
        if (answer.readableBytes() < DnsQuery.HEADER_BYTES || !server.equals(packet.sender())) {
            return;
        }
        int id = answer.getUnsignedShort(answer.readerIndex());
        Pending answered = pending.get(id);
        if (answered == null || !answered.socket().equals(from)) {
            return;
        }
        pending.remove(id);
        answered.timeout().cancel(false);
        answer.setShort(answer.readerIndex(), answered.clientId());
        counters.add(DnsCounters.Outcome.FORWARDED);
        answered.receiver().accept(answer.retain());
    }

    /// Bound before it is registered: netty binds later than it returns, and drops what is written before.
    private Channel open() throws IOException {
        DatagramChannel bound = DatagramChannel.open();
        bound.configureBlocking(false);
        bound.bind(null);
        NioDatagramChannel channel = new NioDatagramChannel(bound);
        channel.config().setRecvByteBufAllocator(new FixedRecvByteBufAllocator(ANSWER_BYTES_MAX));
        channel.pipeline().addLast(new Answers());
        var _ = loop.register(channel);
        return channel;
    }

    private final class Answers extends SimpleChannelInboundHandler<DatagramPacket> {
        @Override
        protected void channelRead0(ChannelHandlerContext context, DatagramPacket packet) {
            received(context.channel(), packet);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            // An ICMP error for one query says nothing about the others; that query times out.
            log.debug("dns upstream {}: {}", server, cause.toString());
        }
    }
}
