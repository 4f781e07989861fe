package dev.vl3mesh.ctl.command;

import dev.vl3mesh.api.v1alpha1.Attachment;
import dev.vl3mesh.api.v1alpha1.Domain;
import dev.vl3mesh.api.v1alpha1.Link;
import dev.vl3mesh.ctl.cluster.Cluster;
import dev.vl3mesh.ctl.cluster.CtlException;
import dev.vl3mesh.ctl.session.Durations;
import dev.vl3mesh.ctl.session.ExitCodes;
import dev.vl3mesh.ctl.session.Session;
import dev.vl3mesh.model.join.Labels;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Ends a membership and gives everything back.
@Command(
        name = "leave",
        description = {
            "Leaves a home: gives its addresses back, ends the membership there, forgets its domains here.",
            "Refused while pods are attached to its domains."
        })
public final class LeaveCommand implements Callable<Integer> {
    private static final int NAMED_MAX = 5;

    private final Session session;

    @Parameters(
            arity = "0..1",
            paramLabel = "HOME",
            description = "The home's name; needed only where there is more than one.")
    private @Nullable String home;

    @Option(
            names = "--timeout",
            paramLabel = "TIME",
            defaultValue = "60s",
            description = "How long to wait; default: ${DEFAULT-VALUE}.")
    private Duration timeout = Duration.ofSeconds(60);

    @Option(
            names = "--forget",
            description =
                    "Also if the home does not answer. Its administrator must then delete the Link of this cluster"
                            + " there, else the addresses stay leased.")
    private boolean forget;

    /// Makes the verb.
    public LeaveCommand(Session session) {
        this.session = session;
    }

    /// The answer for programs.
    record Left(String cluster, @Nullable String home) {}

    @Override
    public Integer call() {
        try (Cluster cluster = session.cluster()) {
            String self = cluster.self().name();
            Optional<Link> found = find(cluster, self);
            if (found.isEmpty()) {
                session.answer(
                        new Left(self, null), () -> self + " is a member of no home: there is nothing to leave\n");
                return ExitCodes.WELL;
            }
            Link link = found.get();
            String name = link.getMetadata().getName();
            checkUnused(cluster, name);
            if (forget) {
                cluster.client().resources(Link.class).withName(name).edit(present -> {
                    present.getMetadata().setAnnotations(Map.of(Labels.FORGET, "true"));
                    return present;
                });
            }
            cluster.client().resources(Link.class).withName(name).delete();
            await(cluster, self, name);
            session.answer(new Left(self, name), () -> self + " has left " + name + "\n");
        }
        return ExitCodes.WELL;
    }

    private Optional<Link> find(Cluster cluster, String self) {
        List<Link> homes = cluster.client().resources(Link.class).list().getItems().stream()
                .filter(Link::leadsHome)
                .toList();
        String names = homes.stream().map(link -> link.getMetadata().getName()).collect(Collectors.joining(", "));
        if (home == null) {
            if (homes.size() > 1) {
                throw new CtlException(self + " is a member of " + names + ": say which one to leave");
            }
            return homes.stream().findFirst();
        }
        return Optional.of(homes.stream()
                .filter(link -> link.getMetadata().getName().equals(home))
                .findFirst()
                .orElseThrow(() -> new CtlException(self + " is not a member of " + home + "; "
                        + (homes.isEmpty() ? "it has no home" : "its home is " + names))));
    }

    /// Addresses that pods hold must not go back: the home would give them to others.
    private static void checkUnused(Cluster cluster, String home) {
        Set<String> domains = cluster.client().resources(Domain.class).list().getItems().stream()
                .filter(domain -> DomainsCommand.homeLabel(domain).equals(home))
                .map(domain -> domain.getMetadata().getName())
                .collect(Collectors.toSet());
        List<Attachment> inUse = cluster.client().resources(Attachment.class).list().getItems().stream()
                .filter(attachment -> domains.contains(attachment.getSpec().domain()))
                .filter(attachment -> !attachment.keptForSuccessor())
                .toList();
        if (!inUse.isEmpty()) {
            String named =
                    inUse.stream().limit(NAMED_MAX).map(LeaveCommand::owner).collect(Collectors.joining(", "));
            throw new CtlException((inUse.size() == 1 ? "a pod is" : inUse.size() + " pods are")
                    + " attached to domains of " + home + ": " + named
                    + (inUse.size() > NAMED_MAX ? ", ..." : "")
                    + ". Take the label " + Labels.DOMAINS
                    + " off their namespaces or pods, delete the pods, and run it"
                    + " again");
        }
    }

    private static String owner(Attachment attachment) {
        String pod =
                attachment.getStatus() == null ? null : attachment.getStatus().pod();
        return attachment.getSpec().namespace() + "/"
                + (pod == null ? "(address " + attachment.getSpec().addresses().getFirst() + ")" : pod);
    }

    private void await(Cluster cluster, String self, String name) {
        Progress progress = new Progress(session);
        String[] why = {"no control plane of " + self + " took it up; see vl3ctl status"};
        var _ = session.poll(timeout, () -> {
                    Link link = cluster.client()
                            .resources(Link.class)
                            .withName(name)
                            .get();
                    if (link == null) {
                        return Optional.of(true);
                    }
                    if (LinkState.of(link) instanceof LinkState.Pending(String message)) {
                        why[0] = message;
                        progress.say("waiting: " + message);
                    }
                    return Optional.empty();
                })
                .orElseThrow(() -> new CtlException(self + " has not left " + name + " within "
                        + Durations.text(timeout) + ", and goes on trying: " + why[0]
                        + ". If that home is gone for good: vl3ctl leave --forget"));
    }
}
