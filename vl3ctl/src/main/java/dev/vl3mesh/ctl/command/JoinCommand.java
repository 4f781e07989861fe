package dev.vl3mesh.ctl.command;

import dev.vl3mesh.api.invitation.InvitationToken;
import dev.vl3mesh.api.v1alpha1.Link;
import dev.vl3mesh.ctl.cluster.Cluster;
import dev.vl3mesh.ctl.cluster.CtlException;
import dev.vl3mesh.ctl.session.Durations;
import dev.vl3mesh.ctl.session.ExitCodes;
import dev.vl3mesh.ctl.session.Session;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Redeems an invitation: the cluster becomes a member of the home that made it.
@Command(
        name = "join",
        description = "Joins the home whose 'vl3ctl invite' printed the text, and waits until the link stands.")
public final class JoinCommand implements Callable<Integer> {
    private static final int TEXT_BYTES_MAX = 65_536;
    private static final Duration REMOVAL = Duration.ofSeconds(20);

    private final Session session;

    @Parameters(paramLabel = "INVITATION", description = "The text, or - to read it from the standard input.")
    private String text = "";

    @Option(
            names = "--timeout",
            paramLabel = "TIME",
            defaultValue = "60s",
            description = "How long to wait; default: ${DEFAULT-VALUE}.")
    private Duration timeout = Duration.ofSeconds(60);

    /// Makes the verb.
    public JoinCommand(Session session) {
        this.session = session;
    }

    /// The answer for programs.
    record Joined(String cluster, String home, String address, String message) {}

    @Override
    public Integer call() {
        InvitationToken token = InvitationToken.parse(text.equals("-") ? standardInput() : text);
        try (Cluster cluster = session.cluster()) {
            Cluster.Self self = cluster.self();
            if (self.name().equals(token.home())) {
                throw new CtlException("this invitation was made by " + token.home() + " itself: run vl3ctl join in the"
                        + " other cluster (--context)");
            }
            check(cluster, self, token);
            remove(cluster, token); // what an interrupted attempt left
            write(cluster, token);
            LinkState end = await(cluster, token);
            if (end instanceof LinkState.Connected(String message)) {
                Joined joined = new Joined(self.name(), token.home(), token.address(), message);
                session.answer(joined, () -> self.name() + " has joined " + token.home() + ": " + message + "\n");
                return ExitCodes.WELL;
            }
            remove(cluster, token);
            throw new CtlException(failure(self, token, end));
        }
    }

    private static String standardInput() {
        try {
            return new String(System.in.readNBytes(TEXT_BYTES_MAX), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new CtlException("reading the invitation from the standard input: " + e.getMessage(), e);
        }
    }

    /// A link that stands, or stood, keeps its identity in a Secret; one without it never came about.
    private static void check(Cluster cluster, Cluster.Self self, InvitationToken token) {
        Link link =
                cluster.client().resources(Link.class).withName(token.home()).get();
        if (link == null) {
            return;
        }
        if (link.getMetadata().getDeletionTimestamp() != null) {
            throw new CtlException(
                    self.name() + " is about to leave " + token.home() + ": wait until vl3ctl leave is done");
        }
        boolean joined = cluster.client()
                        .secrets()
                        .inNamespace(cluster.systemNamespace())
                        .withName("vl3mesh-link-" + token.home())
                        .get()
                != null;
        if (joined) {
            throw new CtlException(self.name() + " has joined " + token.home() + " before; the invitation was not used."
                    + " See vl3ctl status, or run vl3ctl leave first");
        }
    }

    private static String secretName(InvitationToken token) {
        return "vl3mesh-invitation-" + token.home();
    }

    private static void write(Cluster cluster, InvitationToken token) {
        Secret secret = new SecretBuilder()
                .withNewMetadata()
                .withName(secretName(token))
                .withNamespace(cluster.systemNamespace())
                .endMetadata()
                .withStringData(Map.of("invitation", token.text()))
                .build();
        cluster.client().resource(secret).create();
        cluster.client()
                .resource(Link.toHome(token.home(), token.address(), token.trustDomain(), secretName(token)))
                .create();
    }

    private LinkState await(Cluster cluster, InvitationToken token) {
        Progress progress = new Progress(session);
        LinkState[] last = {new LinkState.Unseen()};
        Optional<LinkState> end = session.poll(timeout, () -> {
            last[0] = LinkState.of(cluster.client()
                    .resources(Link.class)
                    .withName(token.home())
                    .get());
            return switch (last[0]) {
                case LinkState.Unseen _ -> Optional.empty();
                case LinkState.Pending(String message) -> {
                    progress.say("waiting: " + message);
                    yield Optional.empty();
                }
                case LinkState.Connected _, LinkState.Refused _ -> Optional.of(last[0]);
            };
        });
        return end.orElse(last[0]);
    }

    /// A failed attempt leaves nothing, so that the next invitation finds a clean cluster.
    private void remove(Cluster cluster, InvitationToken token) {
        cluster.client().resources(Link.class).withName(token.home()).delete();
        cluster.client()
                .secrets()
                .inNamespace(cluster.systemNamespace())
                .withName(secretName(token))
                .delete();
        var _ = session.poll(
                        REMOVAL,
                        () -> cluster.client()
                                                .resources(Link.class)
                                                .withName(token.home())
                                                .get()
                                        == null
                                ? Optional.of(true)
                                : Optional.empty())
                .orElseThrow(
                        () -> new CtlException("Link " + token.home() + " of an earlier attempt does not go away: the"
                                + " control plane has to let it go; see vl3ctl status"));
    }

    private String failure(Cluster.Self self, InvitationToken token, LinkState end) {
        String what = self.name() + " has not joined " + token.home() + " at " + token.address() + ": ";
        return switch (end) {
            case LinkState.Refused(String message) -> what + message;
            case LinkState.Pending(String message) ->
                what + message + ", for " + Durations.text(timeout) + "; can the nodes of " + self.name()
                        + " reach that address and port?";
            case LinkState.Unseen _ ->
                what + "no control plane of " + self.name() + " took it up within " + Durations.text(timeout)
                        + "; see vl3ctl status";
            case LinkState.Connected(String message) -> what + message;
        };
    }
}
