package dev.vl3mesh.linux.netlink;

import dev.vl3mesh.linux.Errno;
import dev.vl3mesh.linux.LinuxException;
import dev.vl3mesh.linux.netns.NetworkNamespace;
import dev.vl3mesh.linux.sys.Libc;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/// A netlink socket of one namespace (`linux/netlink.h`): sends requests, waits for their acknowledgements, reads
/// dumps. Used by one thread at a time.
public final class NetlinkConnection implements AutoCloseable {
    /// `NETLINK_ROUTE`
    public static final int ROUTE = 0;
    /// `NETLINK_NETFILTER`
    public static final int NETFILTER = 12;

    private static final int AF_NETLINK = 16;
    private static final int SOCK_RAW = 3;
    private static final int SOCK_CLOEXEC = 0x8_0000;
    private static final int SOL_SOCKET = 1;
    private static final int SO_RCVBUFFORCE = 33;
    private static final int SO_SNDBUFFORCE = 32;
    private static final int SOL_NETLINK = 270;
    private static final int NETLINK_CAP_ACK = 10;
    private static final int NETLINK_EXT_ACK = 11;

    private static final int NLM_F_REQUEST = 1;
    private static final int NLM_F_ACK = 4;
    private static final int NLM_F_DUMP = 0x300;
    private static final int NLM_F_ACK_TLVS = 0x200;
    private static final int NLM_F_DUMP_INTR = 0x10;
    private static final int NLMSG_ERROR = 2;
    private static final int NLMSG_DONE = 3;
    private static final int NLMSGERR_ATTR_MSG = 1;

    private static final int HEADER_BYTES = 16;
    private static final int BUFFER_BYTES = 4 << 20;
    private static final int RECEIVE_BYTES = 64 << 10;
    private static final int BATCH_BYTES = 32 << 10;
    private static final int DUMP_TRIES = 5;

    private final int socket;
    private int sequence;

    private NetlinkConnection(int socket) {
        this.socket = socket;
    }

    /// A request and the words for its failure.
    ///
    /// @param operation such as `route replace`
    /// @param subject such as `172.16.3.7/32`
    /// @param tolerated errors that mean that there was nothing to do
    public record Request(MessageWriter message, String operation, String subject, List<Errno> tolerated) {
        /// Makes an immutable copy.
        public Request {
            tolerated = List.copyOf(tolerated);
        }
    }

    /// Opens a socket inside a namespace.
    ///
    /// @param protocol [#ROUTE] or [#NETFILTER]
    public static NetlinkConnection open(NetworkNamespace namespace, int protocol) {
        return new NetlinkConnection(namespace.call(() -> {
            int socket = Libc.socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol);
            Libc.bind(socket, new byte[] {AF_NETLINK, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0});
            Libc.setOption(socket, SOL_SOCKET, SO_RCVBUFFORCE, BUFFER_BYTES);
            Libc.setOption(socket, SOL_SOCKET, SO_SNDBUFFORCE, BUFFER_BYTES);
            Libc.setOption(socket, SOL_NETLINK, NETLINK_EXT_ACK, 1);
            Libc.setOption(socket, SOL_NETLINK, NETLINK_CAP_ACK, 1);
            return socket;
        }));
    }

    /// Carries out requests in order, many in one go.
    ///
    /// @throws LinuxException of the first request that the kernel refused; later ones of the same go may have been
    ///     carried out
    public void execute(List<Request> requests) {
        int next = 0;
        while (next < requests.size()) {
            ByteArrayOutputStream batch = new ByteArrayOutputStream();
            Map<Integer, Request> waiting = new HashMap<>();
            while (next < requests.size() && batch.size() < BATCH_BYTES) {
                Request request = requests.get(next++);
                waiting.put(++sequence, request);
                batch.writeBytes(request.message().toBytes(NLM_F_REQUEST | NLM_F_ACK, sequence));
            }
            Libc.send(socket, batch.toByteArray(), "netlink");
            awaitAll(waiting);
        }
    }

    /// Carries out one request.
    ///
    /// @throws LinuxException if the kernel refused it
    public void execute(Request request) {
        execute(List.of(request));
    }

    /// Asks for one object.
    ///
    /// @param request its tolerated errors mean that there is none
    /// @param fixedBytes the length of the answer's fixed part
    /// @throws LinuxException if the kernel refused it
    public Optional<MessageReader> get(Request request, int fixedBytes) {
        int mine = ++sequence;
        Libc.send(socket, request.message().toBytes(NLM_F_REQUEST, mine), "netlink");
        List<Received> answers = new ArrayList<>();
        while (answers.isEmpty()) {
            receive(message -> {
                if (message.sequence == mine) {
                    answers.add(message);
                }
            });
        }
        Received answer = answers.getFirst();
        if (answer.type != NLMSG_ERROR) {
            return Optional.of(new MessageReader(answer.body, fixedBytes));
        }
        if (request.tolerated().contains(answer.errno())) {
            return Optional.empty();
        }
        throw new LinuxException(request.operation(), request.subject(), answer.errno(), answer.explanation());
    }

    private void awaitAll(Map<Integer, Request> waiting) {
        List<LinuxException> failures = new ArrayList<>();
        while (!waiting.isEmpty()) {
            receive(message -> {
                Request request = message.type == NLMSG_ERROR ? waiting.remove(message.sequence) : null;
                if (request != null) {
                    Errno errno = message.errno();
                    if (errno.number() != 0 && !request.tolerated().contains(errno)) {
                        failures.add(new LinuxException(
                                request.operation(), request.subject(), errno, message.explanation()));
                    }
                }
            });
        }
        if (!failures.isEmpty()) {
            throw failures.getFirst();
        }
    }

    /// Sends a transaction, which the kernel applies as a whole or not at all, as nf_tables does between its batch
    /// marks. Every message is answered when the
    /// transaction has ended.
    ///
    /// @throws LinuxException of the first message that the kernel refused; nothing was applied then
    public void transact(
            MessageWriter begin, List<MessageWriter> messages, MessageWriter end, String operation, String subject) {
        ByteArrayOutputStream batch = new ByteArrayOutputStream();
        Map<Integer, Request> waiting = new HashMap<>();
        int beginSequence = ++sequence;
        batch.writeBytes(begin.toBytes(NLM_F_REQUEST, beginSequence));
        for (MessageWriter message : messages) {
            waiting.put(++sequence, new Request(message, operation, subject, List.of()));
            batch.writeBytes(message.toBytes(NLM_F_REQUEST | NLM_F_ACK, sequence));
        }
        batch.writeBytes(end.toBytes(NLM_F_REQUEST, ++sequence));
        Libc.send(socket, batch.toByteArray(), operation + " " + subject);
        List<LinuxException> failures = new ArrayList<>();
        while (!waiting.isEmpty()) {
            receive(message -> {
                if (message.type == NLMSG_ERROR) {
                    waiting.remove(message.sequence);
                    if (message.errno().number() != 0) {
                        String place = "message " + (message.sequence - beginSequence) + " of " + messages.size() + " ";
                        failures.add(new LinuxException(
                                operation, subject, message.errno(), (place + message.explanation()).strip()));
                    }
                    if (message.sequence == beginSequence) {
                        waiting.clear(); // refused as a whole, such as for want of rights
                    }
                }
            });
        }
        if (!failures.isEmpty()) {
            throw failures.getFirst();
        }
    }

    /// Reads a dump.
    ///
    /// @param fixedBytes the length of the answers' fixed part
    public List<MessageReader> dump(MessageWriter request, int fixedBytes, String subject) {
        for (int i = 0; i < DUMP_TRIES; i++) {
            List<MessageReader> answers = new ArrayList<>();
            if (dumpOnce(request, fixedBytes, subject, answers)) {
                return answers;
            }
        }
        throw new LinuxException("dump", subject, Errno.EBUSY, "changed each time while it was read");
    }

    private boolean dumpOnce(MessageWriter request, int fixedBytes, String subject, List<MessageReader> answers) {
        int mine = ++sequence;
        Libc.send(socket, request.toBytes(NLM_F_REQUEST | NLM_F_DUMP, mine), subject);
        boolean[] ended = new boolean[2];
        while (!ended[0]) {
            receive(message -> {
                if (message.sequence != mine) {
                    return; // a late answer to something given up
                }
                ended[1] |= (message.flags & NLM_F_DUMP_INTR) != 0;
                if (message.type == NLMSG_DONE) {
                    ended[0] = true;
                } else if (message.type == NLMSG_ERROR) {
                    throw new LinuxException("dump", subject, message.errno(), message.explanation());
                } else {
                    answers.add(new MessageReader(message.body, fixedBytes));
                }
            });
        }
        return !ended[1];
    }

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Received(int type, int flags, int sequence, byte[] body) {
        Errno errno() {
            return new Errno(
                    -ByteBuffer.wrap(body).order(ByteOrder.nativeOrder()).getInt());
        }

        /// What the kernel adds in words (NETLINK_EXT_ACK); behind the error number and the header of the request.
        String explanation() {
            return (flags & NLM_F_ACK_TLVS) == 0
                    ? ""
                    : new MessageReader(body, 4 + HEADER_BYTES)
                            .text(NLMSGERR_ATTR_MSG)
                            .orElse("");
        }
    }

    private void receive(Consumer<Received> consumer) {
        byte[] datagram = Libc.receive(socket, RECEIVE_BYTES, "netlink");
        ByteBuffer buffer = ByteBuffer.wrap(datagram).order(ByteOrder.nativeOrder());
        int at = 0;
        while (at + HEADER_BYTES <= datagram.length) {
            int length = buffer.getInt(at);
            if (length < HEADER_BYTES || at + length > datagram.length) {
                throw new LinuxException("recv", "netlink", Errno.EINVAL, "a message of " + length + " bytes");
            }
            consumer.accept(new Received(
                    Short.toUnsignedInt(buffer.getShort(at + 4)),
                    Short.toUnsignedInt(buffer.getShort(at + 6)),
                    buffer.getInt(at + 8),
                    Arrays.copyOfRange(datagram, at + HEADER_BYTES, at + length)));
            at += (length + 3) & ~3;
        }
    }

    @Override
    public void close() {
        Libc.close(socket);
    }
}
