package dev.vl3mesh.ctl.cluster;

import io.fabric8.kubernetes.api.model.NamedContext;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Finds clusters by the contexts of a kubeconfig.
public final class Kubeconfig {
    private static final int CONNECT_MILLIS = 5_000;
    private static final int REQUEST_MILLIS = 15_000;

    private Kubeconfig() {}

    /// Opens the way to a cluster; nothing is asked of it yet.
    ///
    /// @param file empty for the usual places
    /// @param context empty for the current one
    /// @param systemNamespace where vl3mesh runs there
    /// @throws CtlException if the file can't be read, or there is no such context
    public static Cluster open(Optional<Path> file, Optional<String> context, String systemNamespace) {
        List<String> known = contexts(file);
        if (context.isPresent() && !known.contains(context.get())) {
            throw new CtlException("there is no context '" + context.get() + "' in "
                    + file.map(Path::toString).orElse("the kubeconfig") + "; it has "
                    + (known.isEmpty() ? "none: name another file with --kubeconfig" : String.join(", ", known)));
        }
        Config config = new ConfigBuilder(read(file, context.orElse(null)))
                .withConnectionTimeout(CONNECT_MILLIS)
                .withRequestTimeout(REQUEST_MILLIS)
                .withRequestRetryBackoffLimit(1)
                .build();
        if (known.isEmpty() && config.getOauthToken() == null && config.getAutoOAuthToken() == null) {
            throw new CtlException("no cluster is known: there is no kubeconfig in $KUBECONFIG or ~/.kube/config,"
                    + " and this is no pod; name a file with --kubeconfig");
        }
        NamedContext current = config.getCurrentContext();
        String name = context.orElse(current == null ? "in-cluster" : current.getName());
        return new Cluster(
                name,
                systemNamespace,
                new KubernetesClientBuilder().withConfig(config).build());
    }

    private static Config read(Optional<Path> file, @Nullable String context) {
        if (file.isEmpty()) {
            return Config.autoConfigure(context);
        }
        if (!Files.isReadable(file.get())) {
            throw new CtlException("the kubeconfig " + file.get() + " is not there or can't be read");
        }
        return context == null
                ? Config.fromKubeconfig(file.get().toFile())
                : Config.fromKubeconfig(context, file.get().toFile());
    }

    /// The names of all contexts, in the file's order.
    ///
    /// @throws CtlException if the file can't be read
    public static List<String> contexts(Optional<Path> file) {
        return Objects.requireNonNullElse(read(file, null).getContexts(), List.<NamedContext>of()).stream()
                .map(NamedContext::getName)
                .distinct()
                .toList();
    }
}
