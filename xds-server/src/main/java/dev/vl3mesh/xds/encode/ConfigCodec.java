package dev.vl3mesh.xds.encode;

import dev.vl3mesh.model.DomainName;
import dev.vl3mesh.model.KubeClusterName;
import dev.vl3mesh.model.plan.ConfigName;
import dev.vl3mesh.model.plan.MeshResource.ConfigResource;
import dev.vl3mesh.model.plan.MeshResource.VerdictResource;
import dev.vl3mesh.xds.proto.v1.Attachment;
import dev.vl3mesh.xds.proto.v1.Config;
import dev.vl3mesh.xds.proto.v1.Verdict;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// Writes and reads what is written for meshes, and what became of it.
public final class ConfigCodec {
    /// Characters of a configuration's spec at most: what etcd takes of an object is about three times that.
    public static final int SPEC_MAX = 512 * 1024;

    private ConfigCodec() {}

    static Config encode(ConfigResource config) {
        return Config.newBuilder()
                .setDomain(config.domain().value())
                .setCluster(config.origin().value())
                .setName(config.name().toString())
                .setWrittenAt(config.writtenAt())
                .addAllLabels(labels(config.labels()))
                .addAllAnnotations(labels(config.annotations()))
                .setSpec(config.spec())
                .build();
    }

    static ConfigResource decode(Config message) {
        if (message.getSpec().length() > SPEC_MAX) {
            throw new IllegalArgumentException(
                    "a spec of " + message.getSpec().length() + " characters, and " + SPEC_MAX + " are the most");
        }
        return new ConfigResource(
                new KubeClusterName(message.getCluster()),
                new DomainName(message.getDomain()),
                ConfigName.parse(message.getName()),
                message.getWrittenAt(),
                map(message.getLabelsList()),
                map(message.getAnnotationsList()),
                message.getSpec());
    }

    /// Writes a verdict.
    public static Verdict encode(VerdictResource verdict) {
        return Verdict.newBuilder()
                .setDomain(verdict.domain().value())
                .setCluster(verdict.origin().value())
                .setWriter(verdict.writer().value())
                .setName(verdict.name().toString())
                .setVersion(verdict.version())
                .setInForce(verdict.inForce())
                .setReason(verdict.reason())
                .setMessage(verdict.message())
                .build();
    }

    /// Reads a verdict.
    ///
    /// @throws IllegalArgumentException if a name in it is none
    public static VerdictResource decode(Verdict message) {
        return new VerdictResource(
                new KubeClusterName(message.getCluster()),
                new DomainName(message.getDomain()),
                new KubeClusterName(message.getWriter()),
                ConfigName.parse(message.getName()),
                message.getVersion(),
                message.getInForce(),
                message.getReason(),
                message.getMessage());
    }

    /// A map's order on the wire is anybody's guess, and equal resources have to be equal bytes.
    static List<Attachment.Label> labels(Map<String, String> map) {
        return new TreeMap<>(map)
                .entrySet().stream()
                        .map(entry -> Attachment.Label.newBuilder()
                                .setKey(entry.getKey())
                                .setValue(entry.getValue())
                                .build())
                        .toList();
    }

    static Map<String, String> map(List<Attachment.Label> labels) {
        return labels.stream()
                .collect(Collectors.toMap(Attachment.Label::getKey, Attachment.Label::getValue, (one, _) -> one));
    }
}
