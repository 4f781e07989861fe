package dev.vl3mesh.ctl.command;

import dev.vl3mesh.ctl.cluster.Cluster;
import dev.vl3mesh.ctl.cluster.CtlException;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// The pod that a verb is about.
final class PodReference {
    @Parameters(arity = "0..1", paramLabel = "POD", description = "Its name, or <namespace>/<name>.")
    private @Nullable String name;

    @Option(
            names = {"-n", "--namespace"},
            paramLabel = "NAME",
            description = "Its namespace; default: the context's, else 'default'.")
    private @Nullable String namespace;

    PodReference() {}

    boolean given() {
        return name != null;
    }

    /// The name without the namespace.
    String name() {
        String whole = Objects.requireNonNullElse(name, "");
        return whole.substring(whole.indexOf('/') + 1);
    }

    String namespace(Cluster cluster) {
        if (name != null && name.indexOf('/') > 0) {
            return name.substring(0, name.indexOf('/'));
        }
        String ofContext = cluster.client().getNamespace();
        return Objects.requireNonNullElse(namespace, Objects.requireNonNullElse(ofContext, "default"));
    }

    /// The pod as it is now.
    ///
    /// @throws CtlException if there is none
    Pod find(Cluster cluster) {
        if (name == null) {
            throw new CtlException("which pod? Give its name, with -n its namespace");
        }
        Pod pod = cluster.client()
                .pods()
                .inNamespace(namespace(cluster))
                .withName(name())
                .get();
        if (pod == null) {
            throw new CtlException("there is no pod " + name() + " in namespace " + namespace(cluster) + " of context "
                    + cluster.context() + "; another namespace: -n, another cluster: --context");
        }
        return pod;
    }

    /// A label of a namespace, null where it is absent.
    ///
    /// @throws CtlException if there is no such namespace
    static @Nullable String namespaceLabel(Cluster cluster, String namespace, String key) {
        Namespace found = cluster.client().namespaces().withName(namespace).get();
        if (found == null) {
            throw new CtlException("there is no namespace " + namespace + " in context " + cluster.context());
        }
        return value(found.getMetadata().getLabels(), key);
    }

    /// A value of a map that may be absent itself.
    static @Nullable String value(@Nullable Map<String, String> map, String key) {
        return map == null ? null : map.get(key);
    }
}
