package dev.vl3mesh.xds.stream;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import dev.vl3mesh.model.KubeClusterName;
import dev.vl3mesh.model.plan.MeshResource;
import dev.vl3mesh.model.plan.ResourceKey;
import dev.vl3mesh.model.plan.ResourceKind;
import dev.vl3mesh.xds.ResourceStore;
import dev.vl3mesh.xds.ResourceStore.Sight;
import dev.vl3mesh.xds.View;
import dev.vl3mesh.xds.encode.ResourceCodec;
import dev.vl3mesh.xds.encode.TypeUrls;
import dev.vl3mesh.xds.proto.v1.Origin;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.Resource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The sending side of a delta xDS stream: knows what the other side has, and says what to send next. It keeps
/// keys, never bodies, so a slow receiver costs
/// the number of its changed keys. One response of a type is under way at a time; the next waits for its ACK or
/// NACK. Not safe for threads.
///
/// Protocol: xDS REST and gRPC protocol, "Incremental xDS"; every subscription is a wildcard one.
public final class DeltaSender {
    private static final Logger LOG = LoggerFactory.getLogger(DeltaSender.class);
    private static final int RESOURCES_MAX = 2000;
    private static final int BYTES_MAX = 1 << 20;
    /// With a response's other resources, at most [#BYTES_MAX], it stays under what receivers take. One that has grown
    /// beyond is not taken back: the receiver keeps the last that it could have.
    private static final int RESOURCE_BYTES_MAX = 2 << 20;

    private final ResourceStore store;
    private final View view;
    private final Map<String, TypeState> types = new HashMap<>();
    /// Said once each.
    private final Set<String> tooLarge = new HashSet<>();

    private long nonces;

    private static final class TypeState {
        /// Versions by name. Streams know much the same: interned, a text is there once and not for each of them.
        final Map<String, String> known = new HashMap<>();
        final Set<ResourceKey> pending = new LinkedHashSet<>();
        /// Names that the receiver had at the start and that no key has confirmed yet.
        final Set<String> unconfirmed = new TreeSet<>();

        boolean answered;
        Optional<String> nonceUnderWay = Optional.empty();
        Optional<String> lastError = Optional.empty();

        boolean idle() {
            return answered && pending.isEmpty() && nonceUnderWay.isEmpty();
        }
    }

    /// Starts with nothing subscribed.
    public DeltaSender(ResourceStore store, View view) {
        this.store = store;
        this.view = view;
    }

    /// Takes a request: a subscription, an ACK or a NACK.
    ///
    /// @throws IllegalArgumentException if it breaks the protocol; the message is for the sender and the stream
    ///     must end
    public void onRequest(DeltaDiscoveryRequest request) {
        String url = request.getTypeUrl();
        Optional<ResourceKind> kind = TypeUrls.kind(url);
        if (kind.isEmpty() && !url.equals(TypeUrls.ORIGIN)) {
            throw new IllegalArgumentException("unknown type URL '" + url + "'");
        }
        TypeState known = types.get(url);
        if (known == null) {
            types.put(url, subscribe(request, kind));
            return;
        }
        if (!request.getResponseNonce().isEmpty()
                && known.nonceUnderWay
                        .filter(request.getResponseNonce()::equals)
                        .isPresent()) {
            known.nonceUnderWay = Optional.empty();
            known.lastError = request.hasErrorDetail()
                    ? Optional.of(request.getErrorDetail().getMessage())
                    : Optional.empty();
        }
    }

    private TypeState subscribe(DeltaDiscoveryRequest request, Optional<ResourceKind> kind) {
        List<String> names = request.getResourceNamesSubscribeList();
        if (!names.isEmpty() && !names.equals(List.of("*"))) {
            throw new IllegalArgumentException(
                    "only wildcard subscriptions are served, not " + names.size() + " names");
        }
        TypeState state = new TypeState();
        request.getInitialResourceVersionsMap()
                .forEach((name, version) -> state.known.put(name.intern(), version.intern()));
        state.unconfirmed.addAll(state.known.keySet());
        kind.ifPresent(k -> state.pending.addAll(store.keys(k)));
        return state;
    }

    /// Takes note of changed keys.
    public void onChange(Collection<ResourceKey> keys) {
        for (ResourceKey key : keys) {
            TypeState state = types.get(TypeUrls.of(key.kind()));
            if (state != null) {
                state.pending.add(key);
            }
        }
    }

    /// The reason of the last NACK of a type, if the last response was refused.
    public Optional<String> lastError(String typeUrl) {
        TypeState state = types.get(typeUrl);
        return state == null ? Optional.empty() : state.lastError;
    }

    /// Returns what to send next, or nothing until something changes or is acknowledged. Kinds go in their order,
    /// so that a receiver knows a domain before
    /// its nodes; which origins are complete goes last, when all else was acknowledged.
    public Optional<DeltaDiscoveryResponse> poll() {
        for (ResourceKind kind : ResourceKind.values()) {
            TypeState state = types.get(TypeUrls.of(kind));
            if (state == null || state.nonceUnderWay.isPresent()) {
                continue;
            }
            Optional<DeltaDiscoveryResponse> response = next(kind, state);
            if (response.isPresent()) {
                return response;
            }
        }
        return nextOrigins();
    }

    private Optional<DeltaDiscoveryResponse> next(ResourceKind kind, TypeState state) {
        DeltaDiscoveryResponse.Builder response =
                DeltaDiscoveryResponse.newBuilder().setTypeUrl(TypeUrls.of(kind));
        int bytes = 0;
        Iterator<ResourceKey> keys = state.pending.iterator();
        while (keys.hasNext() && response.getResourcesCount() < RESOURCES_MAX && bytes < BYTES_MAX) {
            ResourceKey key = keys.next();
            keys.remove();
            bytes += add(key, state, response);
        }
        if (state.pending.isEmpty()) {
            removeUnknown(kind, state, response);
        }
        boolean nothing = response.getResourcesCount() == 0 && response.getRemovedResourcesCount() == 0;
        if (nothing && (state.answered || !state.pending.isEmpty())) {
            return state.pending.isEmpty() ? Optional.empty() : next(kind, state);
        }
        return Optional.of(underWay(state, response));
    }

    /// Adds what is to be said of a key, and returns the number of bytes.
    private int add(ResourceKey key, TypeState state, DeltaDiscoveryResponse.Builder response) {
        String name = key.wireName();
        state.unconfirmed.remove(name);
        Sight sight = store.look(view, key);
        if (sight instanceof Sight.Seen(MeshResource visible)) {
            ByteString body = ResourceCodec.encode(visible);
            if (body.size() > RESOURCE_BYTES_MAX) {
                if (tooLarge.add(name)) {
                    LOG.warn(
                            "{} is left out: it has {} bytes, and {} can be sent",
                            name,
                            body.size(),
                            RESOURCE_BYTES_MAX);
                }
                return name.length();
            }
            String version = ResourceCodec.version(body);
            if (version.equals(state.known.put(name.intern(), version.intern()))) {
                return 0;
            }
            response.addResources(resource(name, version, response.getTypeUrl(), body));
            return body.size();
        }
        if (sight instanceof Sight.Gone) {
            if (state.known.remove(name) != null) {
                response.addRemovedResources(name);
            }
        } else if (state.known.containsKey(name)) {
            state.unconfirmed.add(name); // its origin may still have it: ask again when the origin is complete
        }
        return name.length();
    }

    /// What the receiver brought along and no origin has any more.
    private void removeUnknown(ResourceKind kind, TypeState state, DeltaDiscoveryResponse.Builder response) {
        Iterator<String> names = state.unconfirmed.iterator();
        while (names.hasNext()) {
            String name = names.next();
            if (isGone(kind, name)) {
                names.remove();
                if (state.known.remove(name) != null) {
                    response.addRemovedResources(name);
                }
            }
        }
    }

    private boolean isGone(ResourceKind kind, String wireName) {
        try {
            return store.look(view, ResourceKey.ofWireName(kind, wireName)) instanceof Sight.Gone;
        } catch (IllegalArgumentException e) {
            return true; // no origin can ever have it
        }
    }

    private Optional<DeltaDiscoveryResponse> nextOrigins() {
        TypeState origins = types.get(TypeUrls.ORIGIN);
        boolean others = types.size() == ResourceKind.values().length + 1
                && types.entrySet().stream()
                        .allMatch(e -> e.getKey().equals(TypeUrls.ORIGIN)
                                || e.getValue().idle());
        if (origins == null || origins.nonceUnderWay.isPresent() || !others) {
            return Optional.empty();
        }
        DeltaDiscoveryResponse.Builder response =
                DeltaDiscoveryResponse.newBuilder().setTypeUrl(TypeUrls.ORIGIN);
        for (KubeClusterName origin : new TreeSet<>(store.completeOrigins(view))) {
            if (origins.known.put(origin.value(), "complete") == null) {
                ByteString body =
                        Origin.newBuilder().setCluster(origin.value()).build().toByteString();
                response.addResources(resource(origin.value(), "complete", TypeUrls.ORIGIN, body));
            }
        }
        return response.getResourcesCount() == 0 ? Optional.empty() : Optional.of(underWay(origins, response));
    }

    private static Resource resource(String name, String version, String typeUrl, ByteString body) {
        return Resource.newBuilder()
                .setName(name)
                .setVersion(version)
                .setResource(Any.newBuilder().setTypeUrl(typeUrl).setValue(body))
                .build();
    }

    private DeltaDiscoveryResponse underWay(TypeState state, DeltaDiscoveryResponse.Builder response) {
        state.answered = true;
        String nonce = Long.toString(++nonces);
        state.nonceUnderWay = Optional.of(nonce);
        return response.setNonce(nonce).build();
    }

    /// The names that the receiver is thought to have, for tests.
    List<String> known(ResourceKind kind) {
        TypeState state = types.get(TypeUrls.of(kind));
        return state == null ? List.of() : new ArrayList<>(state.known.keySet());
    }
}
