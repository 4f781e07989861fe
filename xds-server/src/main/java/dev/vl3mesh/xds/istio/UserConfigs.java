package dev.vl3mesh.xds.istio;

import com.google.protobuf.ByteString;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.vl3mesh.model.DomainName;
import dev.vl3mesh.model.KubeClusterName;
import dev.vl3mesh.model.plan.ConfigName;
import dev.vl3mesh.model.plan.MeshResource.ConfigResource;
import dev.vl3mesh.model.plan.MeshResource.VerdictResource;
import dev.vl3mesh.model.plan.ResourceKey;
import dev.vl3mesh.xds.encode.ResourceCodec;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What users have written for a domain's mesh, in whatever cluster: which of it is in force, and why the rest
/// is not. Where several clusters have one of the same kind, namespace and name, the oldest counts, and of
/// equally old ones that of the cluster first in the alphabet. One that is changed into something that can't be
/// taken stays in force as it was. Used by one thread.
public final class UserConfigs {
    private static final Logger LOG = LoggerFactory.getLogger(UserConfigs.class);

    /// What is in force.
    ///
    /// @param body its `spec` on the wire
    record InForce(ConfigResource config, IstioKind kind, ByteString body) {}

    /// What became of all that was written.
    ///
    /// @param verdicts one for each that was judged
    /// @param complete whether each was judged as it is now
    public record Outcome(List<InForce> inForce, List<VerdictResource> verdicts, boolean complete) {
        /// Nothing is written, or nobody can judge it.
        public static final Outcome NONE = new Outcome(List.of(), List.of(), false);
    }

    private record Judged(String version, Optional<InForce> inForce, String reason, String message) {}

    private final DomainName domain;
    private final KubeClusterName home;
    private final IstioPeer peer;
    private final HostNames names;
    private final ConfigRules rules;
    private Map<ResourceKey, Judged> known = new HashMap<>();

    /// @param home of the domain
    /// @param rootNamespace of the mesh
    /// @param peer to ask
    public UserConfigs(DomainName domain, KubeClusterName home, String rootNamespace, IstioPeer peer) {
        this.domain = domain;
        this.home = home;
        this.peer = peer;
        this.names = new HostNames(domain);
        this.rules = new ConfigRules(domain, home, rootNamespace);
    }

    /// Judges what is new, and forgets what is gone.
    public Outcome judge(Collection<ConfigResource> written) {
        SortedMap<String, List<ConfigResource>> byName = new TreeMap<>();
        written.forEach(config -> byName.computeIfAbsent(config.name().toString(), _ -> new ArrayList<>())
                .add(config));
        Map<ResourceKey, Judged> now = new HashMap<>();
        List<InForce> inForce = new ArrayList<>();
        List<VerdictResource> verdicts = new ArrayList<>();
        boolean complete = true;
        for (List<ConfigResource> rivals : byName.values()) {
            rivals.sort(Comparator.comparingLong(ConfigResource::writtenAt).thenComparing(ConfigResource::origin));
            ConfigResource winner = rivals.getFirst();
            String version = version(winner);
            Judged judged = judge(winner, version);
            now.put(winner.key(), judged);
            judged.inForce().ifPresent(inForce::add);
            if (judged.version().equals(version)) {
                verdicts.add(verdict(winner, version, judged.reason(), judged.message()));
            } else {
                complete = false;
            }
            rivals.stream()
                    .skip(1)
                    .forEach(loser -> verdicts.add(verdict(
                            loser,
                            version(loser),
                            "Conflict",
                            "cluster " + winner.origin()
                                    + " has an older one of this kind, namespace and name, and that one "
                                    + "is in force")));
        }
        known = now;
        return new Outcome(inForce, verdicts, complete);
    }

    private static String version(ConfigResource config) {
        return ResourceCodec.version(ResourceCodec.encode(config));
    }

    private VerdictResource verdict(ConfigResource config, String version, String reason, String message) {
        return new VerdictResource(
                home, domain, config.origin(), config.name(), version, reason.equals("InForce"), reason, message);
    }

    private Judged judge(ConfigResource config, String version) {
        @Nullable Judged before = known.get(config.key());
        if (before != null && before.version().equals(version)) {
            return before;
        }
        Optional<InForce> former = before == null ? Optional.empty() : before.inForce();
        ConfigName name = config.name();
        Optional<IstioKind> kind = IstioKind.of(name);
        if (kind.isEmpty()) {
            return new Judged(version, former, "Unknown", "no mesh of this domain knows the kind " + name.kind());
        }
        try {
            return judge(config, version, kind.get(), former);
        } catch (IOException e) {
            LOG.warn("{} of {} can't be judged now: {}", name, config.origin(), e.getMessage());
            return before == null ? new Judged("", Optional.empty(), "", "") : before;
        }
    }

    private Judged judge(ConfigResource config, String version, IstioKind kind, Optional<InForce> former)
            throws IOException {
        DynamicMessage spec;
        try {
            spec = names.resolve(
                    kind, peer.parse(kind, config.spec()), config.name().namespace());
        } catch (InvalidProtocolBufferException e) {
            return refused(version, former, "Invalid", "spec: " + e.getMessage());
        }
        Optional<String> forbidden = rules.refusal(kind, config, spec);
        if (forbidden.isPresent()) {
            return refused(version, former, "NotAllowed", forbidden.get());
        }
        Optional<String> refusal = peer.refusal(kind, config);
        return refusal.map(reason -> refused(version, former, "Invalid", reason))
                .orElseGet(() -> new Judged(
                        version,
                        Optional.of(new InForce(config, kind, McpResources.bytes(spec))),
                        "InForce",
                        "published to the control plane of domain " + domain));
    }

    private static Judged refused(String version, Optional<InForce> former, String reason, String message) {
        return new Judged(
                version,
                former,
                reason,
                former.isPresent() ? message + "; what was in force before stays in force" : message);
    }
}
