package dev.vl3mesh.bridge.reconcile;

import dev.vl3mesh.bridge.watch.ClusterView;
import dev.vl3mesh.bridge.watch.ConfigReader;
import dev.vl3mesh.model.DomainName;
import dev.vl3mesh.model.KubeClusterName;
import dev.vl3mesh.model.join.ConfigSelection;
import dev.vl3mesh.model.plan.ConfigName;
import dev.vl3mesh.model.plan.MeshResource.ConfigResource;
import dev.vl3mesh.model.plan.MeshResource.VerdictResource;
import dev.vl3mesh.xds.encode.ConfigCodec;
import dev.vl3mesh.xds.encode.ResourceCodec;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/// Writes on what users have written for meshes what became of it: a condition of type `vl3mesh.dev/<domain>`
/// in the status, for each domain, beside whatever others write there.
public final class ConfigConditions {
    private static final String TYPE = "vl3mesh.dev/";
    private static final String CONDITIONS = "conditions";
    private static final String NOT_ALLOWED = "NotAllowed";

    private final KubeClusterName cluster;
    private final ClusterView view;
    private final ClusterWriter writer;
    private final ConfigReader reader;
    private final BiFunction<DomainName, ConfigName, Optional<VerdictResource>> verdicts;

    /// Writes in one cluster.
    ///
    /// @param verdicts finds what a domain's home has said of something that was written here
    public ConfigConditions(
            KubeClusterName cluster,
            ClusterView view,
            ClusterWriter writer,
            BiFunction<DomainName, ConfigName, Optional<VerdictResource>> verdicts) {
        this.cluster = cluster;
        this.view = view;
        this.writer = writer;
        this.reader = new ConfigReader(cluster, view);
        this.verdicts = verdicts;
    }

    /// What has to be written on an object; nothing where it says already what is known.
    Optional<Runnable> write(ConfigName name, Instant now) {
        return view.config(name).flatMap(object -> write(name, object, now));
    }

    private Optional<Runnable> write(ConfigName name, GenericKubernetesResource object, Instant now) {
        List<Map<String, Object>> before = conditions(object);
        List<Map<String, Object>> after = new ArrayList<>();
        ConfigSelection selection = reader.selection(name, object);
        Set<String> types = new HashSet<>();
        domains(selection).forEach(domain -> types.add(TYPE + domain));
        // those of domains that it is not in any more are taken away
        before.stream()
                .filter(one -> !typeOf(one).startsWith(TYPE) || types.contains(typeOf(one)))
                .forEach(after::add);
        said(name, object, selection)
                .forEach(verdict -> put(after, verdict, object.getMetadata().getGeneration(), now));
        return after.equals(before) ? Optional.empty() : Optional.of(() -> update(object, after));
    }

    private static List<DomainName> domains(ConfigSelection selection) {
        return switch (selection) {
            case ConfigSelection.In(DomainName domain) -> List.of(domain);
            case ConfigSelection.Nowhere() -> List.of();
            case ConfigSelection.Refused(List<DomainName> domains, String _) -> domains;
        };
    }

    private List<VerdictResource> said(ConfigName name, GenericKubernetesResource object, ConfigSelection selection) {
        return switch (selection) {
            case ConfigSelection.In(DomainName domain) ->
                said(reader.resource(domain, name, object)).stream().toList();
            case ConfigSelection.Nowhere() -> List.of();
            case ConfigSelection.Refused(List<DomainName> domains, String reason) ->
                domains.stream()
                        .map(domain -> refused(domain, name, NOT_ALLOWED, reason))
                        .toList();
        };
    }

    /// What is said of it as it is now.
    private Optional<VerdictResource> said(ConfigResource config) {
        if (config.spec().length() > ConfigCodec.SPEC_MAX) {
            return Optional.of(refused(
                    config.domain(),
                    config.name(),
                    "TooLarge",
                    "a spec of " + config.spec().length() + " characters, and " + ConfigCodec.SPEC_MAX
                            + " are the most: divide it"));
        }
        String version = ResourceCodec.version(ResourceCodec.encode(config));
        return verdicts.apply(config.domain(), config.name())
                .filter(verdict -> verdict.version().equals(version));
    }

    /// What no home has to be asked about.
    private VerdictResource refused(DomainName domain, ConfigName name, String reason, String message) {
        return new VerdictResource(cluster, domain, cluster, name, "", false, reason, message);
    }

    private static void put(
            List<Map<String, Object>> conditions, VerdictResource verdict, @Nullable Long generation, Instant now) {
        String type = TYPE + verdict.domain();
        String status = verdict.inForce() ? "True" : "False";
        @Nullable
        Map<String, Object> old = conditions.stream()
                .filter(one -> typeOf(one).equals(type))
                .findFirst()
                .orElse(null);
        Object since = old != null && status.equals(old.get("status"))
                ? Objects.requireNonNull(old.get("lastTransitionTime"))
                : now.truncatedTo(ChronoUnit.SECONDS).toString();
        Map<String, Object> condition = new LinkedHashMap<>();
        condition.put("type", type);
        condition.put("status", status);
        condition.put("reason", verdict.reason());
        condition.put("message", verdict.message());
        condition.put("lastTransitionTime", since);
        if (generation != null) {
            condition.put("observedGeneration", Math.toIntExact(generation)); // as it is read, to be compared
        }
        if (old == null) {
            conditions.add(condition);
        } else {
            conditions.set(conditions.indexOf(old), condition);
        }
    }

    private static String typeOf(Map<String, Object> condition) {
        return Objects.toString(condition.get("type"), "");
    }

    private static List<Map<String, Object>> conditions(GenericKubernetesResource object) {
        @Nullable List<Map<String, Object>> there = object.get("status", CONDITIONS);
        return there == null ? List.of() : there;
    }

    private void update(GenericKubernetesResource object, List<Map<String, Object>> conditions) {
        @Nullable Map<String, Object> status = object.get("status");
        Map<String, Object> changed = new LinkedHashMap<>(status == null ? Map.of() : status);
        changed.put(CONDITIONS, conditions);
        GenericKubernetesResource copy = new GenericKubernetesResource(); // the cache keeps its own
        copy.setApiVersion(object.getApiVersion());
        copy.setKind(object.getKind());
        copy.setMetadata(object.getMetadata());
        copy.setAdditionalProperties(new LinkedHashMap<>(object.getAdditionalProperties()));
        copy.setAdditionalProperty("status", changed);
        writer.updateStatus(copy);
    }
}
