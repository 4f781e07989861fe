package dev.vl3mesh.bridge.link;

import com.google.protobuf.ByteString;
import dev.vl3mesh.api.invitation.InvitationToken;
import dev.vl3mesh.api.v1alpha1.Link;
import dev.vl3mesh.bridge.BridgeConfig;
import dev.vl3mesh.identity.Pem;
import dev.vl3mesh.identity.SpiffeId;
import dev.vl3mesh.identity.Svid;
import dev.vl3mesh.model.DomainName;
import dev.vl3mesh.model.KubeClusterName;
import dev.vl3mesh.xds.ResourceStore;
import dev.vl3mesh.xds.client.ControlChannel;
import dev.vl3mesh.xds.client.IdentityClient;
import dev.vl3mesh.xds.client.LinkClient;
import dev.vl3mesh.xds.proto.v1.ConfirmBlocksRequest;
import dev.vl3mesh.xds.proto.v1.ConfirmBlocksResponse;
import dev.vl3mesh.xds.proto.v1.ExchangeResponse;
import dev.vl3mesh.xds.proto.v1.LeaseBlockRequest;
import dev.vl3mesh.xds.proto.v1.LeaveRequest;
import dev.vl3mesh.xds.proto.v1.LinkingGrpc;
import dev.vl3mesh.xds.proto.v1.LinkingGrpc.LinkingBlockingStub;
import dev.vl3mesh.xds.proto.v1.MeshLinkingGrpc;
import dev.vl3mesh.xds.proto.v1.MeshLinkingGrpc.MeshLinkingBlockingStub;
import dev.vl3mesh.xds.proto.v1.RelayRequest;
import dev.vl3mesh.xds.proto.v1.ReturnBlockRequest;
import dev.vl3mesh.xds.proto.v1.SignRequest;
import dev.vl3mesh.xds.server.MeshHandlers.DomainToken;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.grpc.ManagedChannel;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/// This cluster's link to one home: the identity that the home gave, kept in a Secret, and the streams. Used by one
/// thread.
public final class HomeLink implements AutoCloseable {
    private static final long CALL_SECONDS = 5;

    private final BridgeConfig config;
    private final KubernetesClient client;
    private final String home;
    private final AtomicReference<Svid> svid;
    private final ManagedChannel channel;
    private final LinkClient streams;

    private HomeLink(BridgeConfig config, KubernetesClient client, Link link, Svid first, ResourceStore store) {
        this.config = config;
        this.client = client;
        this.home = link.getMetadata().getName();
        this.svid = new AtomicReference<>(first);
        this.channel = ControlChannel.mutual(
                Objects.requireNonNull(link.getSpec().address(), "a Link of role Home has an address"),
                svid::get,
                SpiffeId.control(link.getSpec().trustDomain()));
        this.streams = new LinkClient(channel, config.cluster(), new KubeClusterName(home), store);
    }

    /// Opens the link with the identity that is kept, or redeems the invitation that the Link names.
    ///
    /// @throws IllegalArgumentException if there is neither, or the invitation can't be used
    /// @throws io.grpc.StatusRuntimeException with the home's reason if it refuses
    public static HomeLink open(
            BridgeConfig config, KubernetesClient client, Link link, ResourceStore store, SecureRandom random) {
        Secret kept = client.secrets()
                .inNamespace(config.namespace())
                .withName(secretName(link.getMetadata().getName()))
                .get();
        Svid svid = kept == null ? redeem(config, client, link, random) : read(kept);
        if (kept == null) {
            client.resource(secret(config, link.getMetadata().getName(), svid)).create();
            deleteInvitation(config, client, link); // it is used up
        }
        return new HomeLink(config, client, link, svid, store);
    }

    /// Opens the link with the identity that is kept; empty where none is.
    static Optional<HomeLink> openKept(BridgeConfig config, KubernetesClient client, Link link, ResourceStore store) {
        return Optional.ofNullable(client.secrets()
                        .inNamespace(config.namespace())
                        .withName(secretName(link.getMetadata().getName()))
                        .get())
                .map(kept -> new HomeLink(config, client, link, read(kept), store));
    }

    /// Deletes what is kept of a link: its identity, and an invitation that was never used.
    static void forget(BridgeConfig config, KubernetesClient client, Link link) {
        client.secrets()
                .inNamespace(config.namespace())
                .withName(secretName(link.getMetadata().getName()))
                .delete();
        deleteInvitation(config, client, link);
    }

    private static void deleteInvitation(BridgeConfig config, KubernetesClient client, Link link) {
        String name = link.getSpec().invitationSecret();
        if (name != null) {
            client.secrets().inNamespace(config.namespace()).withName(name).delete();
        }
    }

    private static String secretName(String home) {
        return "vl3mesh-link-" + home;
    }

    private static Svid redeem(BridgeConfig config, KubernetesClient client, Link link, SecureRandom random) {
        String name = link.getSpec().invitationSecret();
        Secret secret = name == null
                ? null
                : client.secrets()
                        .inNamespace(config.namespace())
                        .withName(name)
                        .get();
        if (secret == null || !secret.getData().containsKey("invitation")) {
            throw new IllegalArgumentException(
                    "there is no Secret " + name + " with the key 'invitation': run vl3ctl join");
        }
        InvitationToken token = InvitationToken.parse(text(secret, "invitation"));
        ManagedChannel pinned = ControlChannel.pinned(token.address(), token.fingerprint());
        try {
            return new IdentityClient(pinned, random).redeem(token.name(), token.secretBytes(), config.cluster());
        } finally {
            pinned.shutdownNow();
        }
    }

    private static Secret secret(BridgeConfig config, String home, Svid svid) {
        return new SecretBuilder()
                .withNewMetadata()
                .withName(secretName(home))
                .withNamespace(config.namespace())
                .endMetadata()
                .withType("kubernetes.io/tls")
                .withStringData(Map.of(
                        "tls.key", Pem.key(svid.key()),
                        "tls.crt", Pem.certificates(svid.chain()),
                        "ca.crt", Pem.certificates(svid.roots())))
                .build();
    }

    private static Svid read(Secret secret) {
        return new Svid(
                Pem.key(text(secret, "tls.key")),
                Pem.certificates(text(secret, "tls.crt")),
                Pem.certificates(text(secret, "ca.crt")));
    }

    private static String text(Secret secret, String key) {
        return new String(Base64.getDecoder().decode(secret.getData().get(key)), StandardCharsets.UTF_8);
    }

    /// The home's name.
    public KubeClusterName home() {
        return new KubeClusterName(home);
    }

    /// Whether the streams are open.
    public boolean connected() {
        return streams.connected();
    }

    /// Renews the identity when it is time; the streams go on.
    public void renew(Instant now, SecureRandom random) {
        if (now.isAfter(svid.get().renewAt()) && connected()) {
            Svid renewed = new IdentityClient(channel, random).renew();
            client.resource(secret(config, home, renewed)).update();
            svid.set(renewed);
        }
    }

    private LinkingBlockingStub calls() {
        return LinkingGrpc.newBlockingStub(channel).withDeadlineAfter(CALL_SECONDS, TimeUnit.SECONDS);
    }

    /// Leases a block of addresses.
    ///
    /// @param requestId the same for a repeated request, which then gets the same block
    /// @throws io.grpc.StatusRuntimeException with the home's reason if it refuses or is away
    public int leaseBlock(DomainName domain, String requestId) {
        return calls().leaseBlock(LeaseBlockRequest.newBuilder()
                        .setDomain(domain.value())
                        .setRequestId(requestId)
                        .build())
                .getNumber();
    }

    /// Says which blocks of the home this cluster has.
    ///
    /// @throws io.grpc.StatusRuntimeException with the home's reason if it refuses or is away
    ConfirmBlocksResponse confirmBlocks(ConfirmBlocksRequest blocks) {
        return calls().confirmBlocks(blocks);
    }

    /// Lets a domain's home sign the certificate of a relay of this cluster.
    ///
    /// @return the leaf first, the domain's root last
    /// @throws io.grpc.StatusRuntimeException with the home's reason if it refuses or is away
    public List<X509Certificate> certifyRelay(DomainName domain, byte[] request) {
        return meshCalls()
                .certify(RelayRequest.newBuilder()
                        .setDomain(domain.value())
                        .setCsr(ByteString.copyFrom(request))
                        .build())
                .getCertificateChainList()
                .stream()
                .map(der -> Pem.certificate(der.toByteArray()))
                .toList();
    }

    /// Lets a domain's home sign a token for a service account of this cluster.
    ///
    /// @throws io.grpc.StatusRuntimeException with the home's reason if it refuses or is away
    public DomainToken sign(DomainName domain, String namespace, String serviceAccount) {
        ExchangeResponse response = meshCalls()
                .sign(SignRequest.newBuilder()
                        .setDomain(domain.value())
                        .setNamespace(namespace)
                        .setServiceAccount(serviceAccount)
                        .build());
        return new DomainToken(response.getToken(), Instant.ofEpochSecond(response.getExpiresAt()));
    }

    private MeshLinkingBlockingStub meshCalls() {
        return MeshLinkingGrpc.newBlockingStub(channel).withDeadlineAfter(CALL_SECONDS, TimeUnit.SECONDS);
    }

    /// Publishes everything again, of which the home may have refused some.
    void publishAgain() {
        streams.publishAgain();
    }

    /// How often the streams have opened.
    long connections() {
        return streams.connections();
    }

    /// Gives a block back.
    ///
    /// @throws io.grpc.StatusRuntimeException with the home's reason if it refuses or is away
    public void returnBlock(DomainName domain, int number) {
        var _ = calls().returnBlock(ReturnBlockRequest.newBuilder()
                .setDomain(domain.value())
                .setNumber(number)
                .build());
    }

    /// Ends the membership at the home; doing it again does no harm.
    ///
    /// @throws io.grpc.StatusRuntimeException if the home is away; then nothing has changed
    public void leave() {
        var _ = calls().leave(LeaveRequest.getDefaultInstance());
    }

    @Override
    public void close() {
        streams.close();
        channel.shutdownNow();
    }
}
