package dev.vl3mesh.ctl.command;

import dev.vl3mesh.api.v1alpha1.Domain;
import dev.vl3mesh.api.v1alpha1.DomainStatus;
import dev.vl3mesh.api.v1alpha1.IstioCanary;
import dev.vl3mesh.api.v1alpha1.IstioSpec;
import dev.vl3mesh.api.v1alpha1.MeshSpec;
import dev.vl3mesh.ctl.cluster.Cluster;
import dev.vl3mesh.ctl.cluster.CtlException;
import dev.vl3mesh.ctl.session.ExitCodes;
import dev.vl3mesh.ctl.session.Session;
import dev.vl3mesh.istio.IstioProfile;
import dev.vl3mesh.model.plan.MeshPorts;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Prints what Istio's own chart needs to serve a domain.
@Command(
        name = "istio-profile",
        description = {
            "Prints the values with which Istio's own chart 'istiod' makes the control plane of a domain's mesh.",
            "To be called in the domain's home; nothing is applied."
        })
public final class IstioProfileCommand implements Callable<Integer> {
    private static final String CONTROL = "vl3-control";
    private static final int CONTROL_PORT = 18_443;

    private final Session session;

    @Parameters(paramLabel = "DOMAIN", description = "The domain, which has spec.mesh.istio.")
    private String name = "";

    @Option(
            names = "--access",
            description = "Print the cluster-wide rights that this istiod needs, as manifests, instead of the values.")
    private boolean access;

    @Option(names = "--canary", description = "Of the domain's canary, instead of the control plane in force.")
    private boolean canary;

    /// Makes the verb.
    public IstioProfileCommand(Session session) {
        this.session = session;
    }

    /// The answer for programs.
    ///
    /// @param namespace in which to install
    /// @param text what was asked for, YAML
    record Profile(String domain, String revision, String namespace, String text) {}

    @Override
    public Integer call() {
        try (Cluster home = session.cluster()) {
            IstioProfile profile = profile(home);
            String text = access ? profile.access() : profile.values();
            session.answer(new Profile(name, profile.revision(), profile.namespace(), text), () -> text);
        }
        return ExitCodes.WELL;
    }

    private IstioProfile profile(Cluster home) {
        Cluster.Self self = home.self();
        Domain domain = home.client().resources(Domain.class).withName(name).get();
        if (domain == null) {
            throw new CtlException("cluster " + self.name() + " has no domain " + name + ": see vl3ctl domains");
        }
        String owner = DomainsCommand.homeLabel(domain);
        if (!owner.isEmpty()) {
            throw new CtlException("the home of domain " + name + " is " + owner
                    + ": its mesh's control plane runs there, so call this there");
        }
        IstioSpec istio = Optional.ofNullable(domain.getSpec().mesh())
                .map(MeshSpec::istio)
                .orElseThrow(
                        () -> new CtlException(
                                "domain " + name + " has no Istio: give it one with kubectl patch" + " domain " + name
                                        + " --type merge -p '{\"spec\":{\"mesh\":{\"istio\":{\"proxyImage\":\"<Istio's proxyv2>\"}}}}'"));
        @Nullable
        Integer slot = Objects.requireNonNullElse(domain.getStatus(), DomainStatus.NONE)
                .slot();
        if (slot == null) {
            throw new CtlException("domain " + name + " was not accepted yet: see kubectl describe domain " + name);
        }
        Container control = control(home);
        return new IstioProfile(
                name,
                new MeshPorts(slot),
                canary ? canary(istio).revision() : istio.revisionOf(name),
                istio.namespaceOf(name),
                self.name(),
                self.trustDomain(),
                CONTROL + "." + home.systemNamespace() + ".svc:" + CONTROL_PORT,
                self.rootsPem(),
                control.getImage().replace("/mesh-bridge:", "/xds-server:"),
                Objects.requireNonNullElse(control.getImagePullPolicy(), "IfNotPresent"));
    }

    private IstioCanary canary(IstioSpec istio) {
        return Optional.ofNullable(istio.canary())
                .orElseThrow(() -> new CtlException("domain " + name + " has no canary: give it one with kubectl patch"
                        + " domain " + name + " --type merge -p '{\"spec\":{\"mesh\":{\"istio\":{\"canary\":"
                        + "{\"revision\":\"<name>\",\"proxyImage\":\"<Istio's proxyv2>\"}}}}}'"));
    }

    /// The publisher comes from where the control plane comes from.
    private static Container control(Cluster home) {
        Deployment control = home.client()
                .apps()
                .deployments()
                .inNamespace(home.systemNamespace())
                .withName(CONTROL)
                .get();
        if (control == null) {
            throw new CtlException("there is no Deployment " + CONTROL + " in namespace " + home.systemNamespace()
                    + " of context " + home.context());
        }
        return control.getSpec().getTemplate().getSpec().getContainers().getFirst();
    }
}
