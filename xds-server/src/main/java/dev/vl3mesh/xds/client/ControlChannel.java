package dev.vl3mesh.xds.client;

import dev.vl3mesh.identity.SpiffeId;
import dev.vl3mesh.identity.Svid;
import dev.vl3mesh.identity.SvidTls;
import io.grpc.ManagedChannel;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import javax.net.ssl.X509ExtendedTrustManager;

/// Connections to a control plane, which is known by its SPIFFE id and not by its host name.
public final class ControlChannel {
    private static final int MESSAGE_BYTES_MAX = 16 << 20;

    private ControlChannel() {}

    /// With an identity of one's own, for all services.
    ///
    /// @param address `host:port`
    /// @param server the id that the control plane must have
    public static ManagedChannel mutual(String address, Supplier<Svid> current, SpiffeId server) {
        SslContextBuilder tls = SslContextBuilder.forClient()
                .keyManager(SvidTls.keyManager(current))
                .trustManager(SvidTls.trustManager(() -> current.get().roots(), server::equals));
        return channel(address, tls);
    }

    /// Without an identity, to enrol.
    public static ManagedChannel anonymous(String address, Supplier<List<X509Certificate>> roots, SpiffeId server) {
        return anonymous(address, SvidTls.trustManager(roots, server::equals));
    }

    /// Without an identity and without roots, to join: the server's root is known by its fingerprint.
    public static ManagedChannel pinned(String address, String fingerprint) {
        return anonymous(address, SvidTls.pinned(fingerprint));
    }

    private static ManagedChannel anonymous(String address, X509ExtendedTrustManager trust) {
        return channel(address, SslContextBuilder.forClient().trustManager(trust));
    }

    private static ManagedChannel channel(String address, SslContextBuilder tls) {
        try {
            return NettyChannelBuilder.forTarget("dns:///" + address)
                    .sslContext(GrpcSslContexts.configure(tls.protocols("TLSv1.3"), SslProvider.JDK)
                            .build())
                    .maxInboundMessageSize(MESSAGE_BYTES_MAX)
                    .keepAliveTime(20, TimeUnit.SECONDS)
                    .keepAliveTimeout(10, TimeUnit.SECONDS)
                    .keepAliveWithoutCalls(true)
                    .build();
        } catch (IOException e) {
            throw new IllegalStateException("the JDK has TLS 1.3", e);
        }
    }
}
