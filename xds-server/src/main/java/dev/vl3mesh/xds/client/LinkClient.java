package dev.vl3mesh.xds.client;

import dev.vl3mesh.model.KubeClusterName;
import dev.vl3mesh.xds.ResourceStore;
import dev.vl3mesh.xds.View;
import dev.vl3mesh.xds.grpc.SendingStream;
import dev.vl3mesh.xds.proto.v1.LinkingGrpc;
import dev.vl3mesh.xds.stream.DeltaSender;
import dev.vl3mesh.xds.stream.StoreFeeder;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.grpc.Channel;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/// A member's link to its home: brings what the home knows of other clusters into the member's store, and tells the
/// home what the member has.
public final class LinkClient implements AutoCloseable {
    private final Channel channel;
    private final KubeClusterName self;
    private final KubeClusterName home;
    private final ResourceStore store;
    private final AdsClient down;
    private final StreamWorker up;
    private volatile boolean publishing;
    private volatile @Nullable Requests current;

    /// Connects, and stays connected until closed; the channel stays the caller's.
    ///
    /// @param self this cluster, the member
    /// @param home the cluster at the other end, which speaks for its own domains only
    public LinkClient(Channel channel, KubeClusterName self, KubeClusterName home, ResourceStore store) {
        this.channel = channel;
        this.self = self;
        this.home = home;
        this.store = store;
        this.down = new AdsClient(channel, self.value(), StoreFeeder.ofHome(store, home, self));
        down.start();
        this.up = new StreamWorker("link-publish", this::publish);
    }

    /// Whether both directions are open.
    public boolean connected() {
        return publishing && down.connected();
    }

    /// How often the home has begun to tell.
    public long connections() {
        return down.connections();
    }

    /// Publishes everything again, on a new stream.
    public void publishAgain() {
        Requests now = current;
        if (now != null) {
            now.out.cancel("published again", null);
        }
    }

    private CountDownLatch publish() {
        CountDownLatch ended = new CountDownLatch(1);
        var observer = new Requests(ended);
        var _ = LinkingGrpc.newStub(channel).publish(observer);
        current = observer; // begun, so that it can be ended
        return ended;
    }

    private final class Requests implements ClientResponseObserver<DeltaDiscoveryResponse, DeltaDiscoveryRequest> {
        private final CountDownLatch ended;
        private SendingStream stream;
        private ClientCallStreamObserver<DeltaDiscoveryResponse> out;

        @SuppressWarnings("NullAway") // gRPC calls beforeStart first
        Requests(CountDownLatch ended) {
            this.ended = ended;
        }

        @Override
        public void beforeStart(ClientCallStreamObserver<DeltaDiscoveryResponse> call) {
            out = call;
            stream = new SendingStream(store, new DeltaSender(store, new View.OfOrigin(self, home)), out);
            out.setOnReadyHandler(stream::drain);
        }

        @Override
        public void onNext(DeltaDiscoveryRequest request) {
            publishing = true;
            stream.onNext(request);
        }

        @Override
        public void onError(Throwable cause) {
            publishing = false;
            stream.onError(cause);
            ended.countDown();
        }

        @Override
        public void onCompleted() {
            publishing = false;
            stream.onCompleted();
            ended.countDown();
        }
    }

    @Override
    public void close() {
        up.close();
        down.close();
    }
}
