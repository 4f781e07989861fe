package dev.vl3mesh.agent.config;

import dev.vl3mesh.xds.client.StreamWorker;
import dev.vl3mesh.xds.proto.v1.NodeReport;
import dev.vl3mesh.xds.proto.v1.NodeReportAck;
import dev.vl3mesh.xds.proto.v1.NodeReportingGrpc;
import io.grpc.Channel;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The stream on which this node reports. Each report is the whole state, so one that can't be sent now is
/// simply not sent.
final class ReportStream implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(ReportStream.class);

    private final Channel channel;
    private final Runnable opened;
    private final Runnable acknowledged;
    private final StreamWorker worker;
    private volatile @Nullable ClientCallStreamObserver<NodeReport> open;

    /// Connects, and stays connected.
    ///
    /// @param opened called when a fresh stream can take a report
    /// @param acknowledged called when the control plane has taken a report
    ReportStream(Channel channel, Runnable opened, Runnable acknowledged) {
        this.acknowledged = acknowledged;
        this.channel = channel;
        this.opened = opened;
        this.worker = new StreamWorker("vl3-report-stream", this::connect);
    }

    private CountDownLatch connect() {
        CountDownLatch ended = new CountDownLatch(1);
        var _ = NodeReportingGrpc.newStub(channel).report(new Acks(ended));
        return ended;
    }

    /// Sends a report if the stream can take one. Called by one thread.
    boolean send(NodeReport report) {
        ClientCallStreamObserver<NodeReport> current = open;
        if (current == null || !current.isReady()) {
            return false;
        }
        current.onNext(report);
        return true;
    }

    @Override
    public void close() {
        worker.close();
    }

    private final class Acks implements ClientResponseObserver<NodeReport, NodeReportAck> {
        private final CountDownLatch ended;

        Acks(CountDownLatch ended) {
            this.ended = ended;
        }

        @Override
        public void beforeStart(ClientCallStreamObserver<NodeReport> out) {
            out.setOnReadyHandler(() -> {
                if (!out.equals(open)) {
                    open = out;
                    opened.run();
                }
            });
        }

        @Override
        public void onNext(NodeReportAck ack) {
            log.trace("report {} was taken", ack.getNonce());
            acknowledged.run();
        }

        @Override
        public void onError(Throwable cause) {
            log.debug("report stream: {}", cause.getMessage());
            end();
        }

        @Override
        public void onCompleted() {
            end();
        }

        private void end() {
            open = null;
            ended.countDown();
        }
    }
}
