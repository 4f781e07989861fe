package dev.vl3mesh.bench.agent;

import dev.vl3mesh.bench.Samples;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/// Asks one DNS server over UDP, from one thread and several sockets, always the same questions in the same order.
/// Bounded in time, and in queries under way. It waits without sleeping, so that what it measures is the server.
final class DnsLoad implements AutoCloseable {
    private static final int TYPE_A = 1;
    private static final int CLASS_INTERNET = 1;
    private static final int RECURSION_DESIRED = 0x0100;
    private static final int CODE_MASK = 0xf;
    private static final int ID_COUNT = 1 << 16;
    /// A query without an answer after this time is lost.
    private static final long LOST_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    private static final int SEED = 7;

    /// What one spell of asking gave.
    ///
    /// @param perSecond good answers per second
    /// @param micros from the moment when a query was due to its answer
    /// @param lost queries without an answer
    record Outcome(double perSecond, Samples micros, long lost) {}

    private final List<DatagramChannel> channels;
    private final ByteBuffer[] questions;
    private final ByteBuffer answer = ByteBuffer.allocateDirect(4096);
    private final long[] dueNanos = new long[ID_COUNT];
    private final double[] micros = new double[1 << 22];
    private int nextId;
    private int oldestId;
    private int underWay;
    private int answered;
    private long lost;

    /// @param channels sockets that are open and not connected; taken over
    /// @param names whole names, without the final dot; all must have an address
    DnsLoad(List<DatagramChannel> channels, InetSocketAddress server, List<String> names) throws IOException {
        this.channels = List.copyOf(channels);
        for (DatagramChannel channel : channels) {
            channel.configureBlocking(false);
            channel.connect(server);
        }
        Random random = new Random(SEED);
        List<String> order = new ArrayList<>(names);
        Collections.shuffle(order, random);
        questions = order.stream().map(DnsLoad::question).toArray(ByteBuffer[]::new);
    }

    /// RFC 1035, 4.1: a query for addresses, with room for its number.
    static ByteBuffer question(String name) {
        ByteArrayOutputStream labels = new ByteArrayOutputStream();
        for (String label : name.split("\\.")) {
            labels.write(label.length());
            labels.writeBytes(label.getBytes(StandardCharsets.US_ASCII));
        }
        ByteBuffer message = ByteBuffer.allocateDirect(12 + labels.size() + 5);
        message.putShort((short) 0)
                .putShort((short) RECURSION_DESIRED)
                .putShort((short) 1)
                .putShort((short) 0)
                .putInt(0)
                .put(labels.toByteArray())
                .put((byte) 0)
                .putShort((short) TYPE_A)
                .putShort((short) CLASS_INTERNET);
        return message.flip();
    }

    /// Keeps so many queries under way for a time: as fast as the server answers.
    ///
    /// @throws IOException if an answer is wrong
    Outcome saturate(int underWayMax, long millis) throws IOException {
        begin();
        long start = System.nanoTime();
        long end = start + TimeUnit.MILLISECONDS.toNanos(millis);
        for (long now = start; now < end; now = System.nanoTime()) {
            while (underWay < underWayMax) {
                send(System.nanoTime());
            }
            receiveAll();
            forgetLost(now);
        }
        return ended(start);
    }

    /// Sends at a fixed rate for a time, whether answers come or not. An answer's time counts from when its query was
    /// due, so that a server that stops for a while can't hide it.
    ///
    /// @throws IOException if an answer is wrong
    Outcome pace(int perSecond, long millis) throws IOException {
        begin();
        long start = System.nanoTime();
        long gapNanos = TimeUnit.SECONDS.toNanos(1) / perSecond;
        long count = millis * perSecond / 1000;
        long sent = 0;
        long end = start + TimeUnit.MILLISECONDS.toNanos(millis) + LOST_NANOS;
        for (long now = start; now < end && (sent < count || underWay > 0); now = System.nanoTime()) {
            while (sent < count && start + sent * gapNanos <= now) {
                send(start + sent * gapNanos);
                sent++;
            }
            receiveAll();
            forgetLost(now);
            Thread.onSpinWait();
        }
        lost += underWay;
        return ended(start);
    }

    private void begin() throws IOException {
        receiveAll(); // late answers of an earlier spell
        Arrays.fill(dueNanos, 0);
        oldestId = nextId;
        underWay = 0;
        answered = 0;
        lost = 0;
    }

    private Outcome ended(long startNanos) throws IOException {
        double seconds = (System.nanoTime() - startNanos) / 1e9;
        if (answered == 0) {
            throw new IOException("no query was answered");
        }
        return new Outcome(
                answered / seconds, Samples.of(Arrays.copyOf(micros, Math.min(answered, micros.length))), lost);
    }

    private void send(long due) throws IOException {
        int id = nextId;
        nextId = (nextId + 1) % ID_COUNT;
        ByteBuffer question = questions[id % questions.length];
        question.putShort(0, (short) id);
        dueNanos[id] = due;
        underWay++;
        try {
            channels.get(id % channels.size()).write(question);
        } catch (PortUnreachableException e) {
            throw new IOException("nobody answers", e);
        }
        question.rewind();
    }

    private void receiveAll() throws IOException {
        for (DatagramChannel channel : channels) {
            answer.clear();
            while (channel.read(answer) > 0) {
                received();
                answer.clear();
            }
        }
    }

    private void received() throws IOException {
        int id = answer.getShort(0) & 0xffff;
        long due = dueNanos[id];
        if (due == 0) {
            return;
        }
        if ((answer.getShort(2) & CODE_MASK) != 0 || answer.getShort(6) < 1) {
            throw new IOException("an answer without an address: code " + (answer.getShort(2) & CODE_MASK) + ", "
                    + answer.getShort(6) + " records");
        }
        dueNanos[id] = 0;
        underWay--;
        if (answered < micros.length) {
            micros[answered] = (System.nanoTime() - due) / 1e3;
        }
        answered++;
    }

    /// Queries end in any order, but those that have not ended are lost in the order in which they were due.
    private void forgetLost(long now) {
        while (oldestId != nextId && (dueNanos[oldestId] == 0 || now - dueNanos[oldestId] > LOST_NANOS)) {
            if (dueNanos[oldestId] != 0) {
                dueNanos[oldestId] = 0;
                underWay--;
                lost++;
            }
            oldestId = (oldestId + 1) % ID_COUNT;
        }
    }

    @Override
    public void close() throws IOException {
        for (DatagramChannel channel : channels) {
            channel.close();
        }
    }
}
