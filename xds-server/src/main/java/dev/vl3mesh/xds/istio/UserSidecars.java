package dev.vl3mesh.xds.istio;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.vl3mesh.xds.istio.UserConfigs.InForce;
import dev.vl3mesh.xds.istio.proto.Sidecar;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The Sidecars that users have written, found as Istio finds them: the oldest of the namespace that selects the
/// workload, else the oldest that selects nobody and so means all, else such a one of the mesh's root namespace.
///
/// See istio.io/latest/docs/reference/config/networking/sidecar/
final class UserSidecars {
    private record Written(String namespace, Sidecar sidecar) {}

    private final List<Written> oldestFirst;
    private final String rootNamespace;

    UserSidecars(Collection<InForce> configs, String rootNamespace) {
        this.rootNamespace = rootNamespace;
        this.oldestFirst = configs.stream()
                .filter(config -> config.kind() == IstioKind.SIDECAR)
                .sorted(Comparator.comparingLong(
                                (InForce config) -> config.config().writtenAt())
                        .thenComparing(config -> config.config().name().name()))
                .map(config -> new Written(config.config().name().namespace(), read(config)))
                .toList();
    }

    /// Fields that we know nothing of stay in it.
    private static Sidecar read(InForce config) {
        try {
            return Sidecar.parseFrom(config.body());
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("what is in force was written by its own schema", e);
        }
    }

    /// The one for a workload; an empty one where there is none.
    Sidecar of(String namespace, Map<String, String> labels) {
        return oldestFirst.stream()
                .filter(written -> written.namespace().equals(namespace) && selects(written.sidecar(), labels))
                .findFirst()
                .or(() -> ofAll(namespace))
                .or(() -> ofAll(rootNamespace))
                .map(Written::sidecar)
                .orElse(Sidecar.getDefaultInstance());
    }

    private Optional<Written> ofAll(String namespace) {
        return oldestFirst.stream()
                .filter(written -> written.namespace().equals(namespace)
                        && !written.sidecar().hasWorkloadSelector())
                .findFirst();
    }

    private static boolean selects(Sidecar sidecar, Map<String, String> labels) {
        return sidecar.hasWorkloadSelector()
                && labels.entrySet()
                        .containsAll(
                                sidecar.getWorkloadSelector().getLabelsMap().entrySet());
    }
}
