package dev.vl3mesh.ctl.command;

import dev.vl3mesh.api.invitation.InvitationToken;
import dev.vl3mesh.api.v1alpha1.Domain;
import dev.vl3mesh.api.v1alpha1.Invitation;
import dev.vl3mesh.api.v1alpha1.InvitationSpec;
import dev.vl3mesh.api.v1alpha1.Link;
import dev.vl3mesh.ctl.cluster.Cluster;
import dev.vl3mesh.ctl.cluster.CtlException;
import dev.vl3mesh.ctl.cluster.Digests;
import dev.vl3mesh.ctl.session.Durations;
import dev.vl3mesh.ctl.session.ExitCodes;
import dev.vl3mesh.ctl.session.Session;
import dev.vl3mesh.model.KubeClusterName;
import dev.vl3mesh.model.join.Labels;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// Makes an invitation at home.
@Command(
        name = "invite",
        description = {
            "Lets another cluster in: prints one line of text, to be given to 'vl3ctl join' there.",
            "It works once and until its time is over; whoever has it can join, so treat it as a password."
        })
public final class InviteCommand implements Callable<Integer> {
    private static final Duration TTL_MAX = Duration.ofDays(30);
    private static final int SECRET_BYTES = 16;
    private static final int SUFFIX_BYTES = 4;

    private final Session session;
    private final SecureRandom random;

    @Option(
            names = "--domain",
            paramLabel = "NAME",
            split = ",",
            description =
                    "Only for this domain; repeat it for more. Default: all domains that are open to every cluster.")
    private List<String> domains = List.of();

    @Option(
            names = "--ttl",
            paramLabel = "TIME",
            defaultValue = "1h",
            description = "How long it can be used, at most 30d; default: ${DEFAULT-VALUE}.")
    private Duration ttl = Duration.ofHours(1);

    @Option(
            names = "--for",
            paramLabel = "CLUSTER",
            description = "Only for a cluster of this name. Default: any name that is free.")
    private @Nullable String cluster;

    /// Makes the verb.
    ///
    /// @param random makes secrets
    public InviteCommand(Session session, SecureRandom random) {
        this.session = session;
        this.random = random;
    }

    /// The answer for programs.
    ///
    /// @param invitation the text to hand over
    /// @param name of the Invitation object
    record Made(
            String invitation,
            String name,
            String home,
            String address,
            String expiresAt,
            @Nullable String cluster,
            List<String> domains) {}

    @Override
    public Integer call() {
        if (ttl.isZero() || ttl.compareTo(TTL_MAX) > 0) {
            throw new CtlException("--ttl " + Durations.text(ttl) + " is not between 1s and 30d");
        }
        try (Cluster home = session.cluster()) {
            Made made = make(home);
            session.answer(made, () -> made.invitation() + "\n");
            if (!session.json()) {
                session.hint("works once, until " + made.expiresAt() + (cluster == null ? "" : ", for " + cluster)
                        + ". In the other cluster: vl3ctl join <the line above>");
            }
        }
        return ExitCodes.WELL;
    }

    private Made make(Cluster home) {
        Cluster.Self self = home.self();
        if (self.linkAddress().isEmpty()) {
            throw new CtlException("cluster " + self.name() + " does not know the address at which other clusters reach"
                    + " it: set link.address of the chart to host:port");
        }
        checkCluster(home, self);
        checkDomains(home, self);
        byte[] secret = bytes(SECRET_BYTES);
        String name = (cluster == null ? "any" : cluster) + "-" + HexFormat.of().formatHex(bytes(SUFFIX_BYTES));
        Instant expires = session.clock().instant().plus(ttl).truncatedTo(ChronoUnit.SECONDS);
        Invitation invitation = new Invitation();
        invitation.setMetadata(new ObjectMetaBuilder().withName(name).build());
        invitation.setSpec(new InvitationSpec(cluster, domains, expires.toString(), Digests.sha256(secret)));
        home.client().resource(invitation).create();
        InvitationToken token = new InvitationToken(
                self.name(),
                self.trustDomain(),
                self.linkAddress(),
                Digests.fingerprint(self.rootsPem()),
                name,
                HexFormat.of().formatHex(secret));
        return new Made(token.text(), name, self.name(), self.linkAddress(), expires.toString(), cluster, domains);
    }

    private byte[] bytes(int count) {
        byte[] bytes = new byte[count];
        random.nextBytes(bytes);
        return bytes;
    }

    private void checkCluster(Cluster home, Cluster.Self self) {
        if (cluster == null) {
            return;
        }
        String name = new KubeClusterName(cluster).value();
        if (name.equals(self.name())) {
            throw new CtlException(
                    "--for " + name + ": that is this cluster itself; the invitation is for another one");
        }
        if (home.client()
                        .resources(Link.class)
                        .withName(Link.nameToMember(name))
                        .get()
                != null) {
            throw new CtlException("--for " + name + ": a cluster of that name is a member of " + self.name()
                    + " already; let it leave first (vl3ctl leave, there), or invite another name");
        }
    }

    private void checkDomains(Cluster home, Cluster.Self self) {
        if (domains.isEmpty()) {
            return;
        }
        Map<String, Domain> known = home.client().resources(Domain.class).list().getItems().stream()
                .collect(Collectors.toMap(domain -> domain.getMetadata().getName(), domain -> domain));
        for (String name : domains) {
            Domain domain = known.get(name);
            if (domain == null) {
                throw new CtlException("--domain " + name + ": cluster " + self.name() + " has no such domain; it has "
                        + (known.isEmpty() ? "none" : String.join(", ", new TreeSet<>(known.keySet()))));
            }
            String owner = DomainsCommand.homeLabel(domain);
            if (!owner.isEmpty()) {
                throw new CtlException("--domain " + name + ": its home is " + owner
                        + ", which alone can invite to it: run" + " vl3ctl invite there (label " + Labels.HOME + ")");
            }
        }
    }
}
