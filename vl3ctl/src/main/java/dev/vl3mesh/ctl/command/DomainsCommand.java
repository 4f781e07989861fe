package dev.vl3mesh.ctl.command;

import dev.vl3mesh.api.v1alpha1.AddressBlock;
import dev.vl3mesh.api.v1alpha1.Condition;
import dev.vl3mesh.api.v1alpha1.Domain;
import dev.vl3mesh.api.v1alpha1.DomainStatus;
import dev.vl3mesh.ctl.cluster.Cluster;
import dev.vl3mesh.ctl.render.Styles.Tone;
import dev.vl3mesh.ctl.render.Table;
import dev.vl3mesh.ctl.render.Table.Cell;
import dev.vl3mesh.ctl.session.ExitCodes;
import dev.vl3mesh.ctl.session.Session;
import dev.vl3mesh.model.address.AddressPlan;
import dev.vl3mesh.model.address.IpPrefix;
import dev.vl3mesh.model.join.Labels;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;

/// Lists the domains that a cluster knows.
@Command(
        name = "domains",
        description = "Lists the domains that the cluster knows, its own and its homes', and how full they are.")
public final class DomainsCommand implements Callable<Integer> {
    private final Session session;

    /// Makes the verb.
    public DomainsCommand(Session session) {
        this.session = session;
    }

    /// A domain as a cluster sees it.
    ///
    /// @param home the cluster where it is written
    /// @param mtu bytes; absent where nothing has measured it yet
    /// @param pods of this cluster
    /// @param blocksHeld leased by this cluster
    /// @param blocksLeased leased by any cluster that this one knows of
    /// @param blocks of the whole address plan
    /// @param leased addresses that this cluster may give out; absent where nothing has counted them yet
    /// @param addresses of the pool, for pods of all clusters; absent likewise
    /// @param ready `True`, `False` or `Unknown`
    public record DomainView(
            String name,
            List<String> prefixes,
            String home,
            String carrier,
            @Nullable Integer mtu,
            @Nullable Integer vni,
            int pods,
            int blocksHeld,
            int blocksLeased,
            int blocks,
            @Nullable Integer leased,
            @Nullable Integer addresses,
            String ready,
            String message) {}

    @Override
    public Integer call() {
        try (Cluster cluster = session.cluster()) {
            List<DomainView> domains = views(cluster, cluster.self().name());
            session.answer(domains, () -> text(domains));
        }
        return ExitCodes.WELL;
    }

    /// The home that a read-only copy names; empty where the domain is written here.
    static String homeLabel(Domain domain) {
        Map<String, String> labels = domain.getMetadata().getLabels();
        return labels == null ? "" : labels.getOrDefault(Labels.HOME, "");
    }

    /// All domains of a cluster by name.
    static List<DomainView> views(Cluster cluster, String self) {
        List<AddressBlock> blocks =
                cluster.client().resources(AddressBlock.class).list().getItems();
        return cluster.client().resources(Domain.class).list().getItems().stream()
                .sorted(Comparator.comparing(domain -> domain.getMetadata().getName()))
                .map(domain -> view(domain, blocks, self))
                .toList();
    }

    static DomainView view(Domain domain, List<AddressBlock> blocks, String self) {
        String name = domain.getMetadata().getName();
        @Nullable DomainStatus status = domain.getStatus();
        Optional<Condition> ready = status == null
                ? Optional.empty()
                : status.conditions().stream()
                        .filter(condition -> condition.type().equals(Condition.READY))
                        .findFirst();
        List<AddressBlock> own = blocks.stream()
                .filter(block -> block.getSpec().domain().equals(name))
                .toList();
        String home = homeLabel(domain);
        return new DomainView(
                name,
                prefixes(domain),
                home.isEmpty() ? self : home,
                domain.carrierInForce().orElse(domain.getSpec().carrier()),
                status == null || status.mtu() == null ? domain.getSpec().mtu() : status.mtu(),
                status == null ? null : status.vni(),
                status == null || status.attachments() == null ? 0 : status.attachments(),
                (int) own.stream()
                        .filter(block -> block.getSpec().cluster().equals(self))
                        .count(),
                own.size(),
                blockCount(domain),
                status == null ? null : status.leased(),
                status == null ? null : status.addresses(),
                ready.map(Condition::status).orElse("Unknown"),
                status == null ? "no control plane has looked at it yet" : message(status, ready));
    }

    /// Ready sums up the others, so that one of them has the reason. A carrier that does not encrypt is no
    /// failure.
    private static String message(DomainStatus status, Optional<Condition> ready) {
        return status.conditions().stream()
                .filter(condition -> condition.status().equals("False")
                        && !condition.type().equals(Condition.READY)
                        && !condition.type().equals("Encrypted"))
                .map(Condition::message)
                .findFirst()
                .or(() -> ready.map(Condition::message))
                .orElse("no control plane has looked at it yet");
    }

    /// Those in force; of a domain that was never accepted, those that are wanted.
    private static List<String> prefixes(Domain domain) {
        List<String> inForce = domain.prefixesInForce();
        return inForce.isEmpty() ? domain.getSpec().prefixes() : inForce;
    }

    /// A plan that can't be made has no blocks; its condition says why.
    private static int blockCount(Domain domain) {
        try {
            return AddressPlan.of(prefixes(domain).stream().map(IpPrefix::parse).toList())
                    .blocks();
        } catch (IllegalArgumentException e) {
            return 0;
        }
    }

    private String text(List<DomainView> domains) {
        if (domains.isEmpty()) {
            return "no domain yet: write one in the home cluster (kind: Domain, spec.prefixes)\n";
        }
        Table table = new Table(
                session.styles(),
                "DOMAIN",
                "PREFIXES",
                "HOME",
                "CARRIER",
                "MTU",
                "PODS HERE",
                "LEASED HERE",
                "READY",
                "");
        for (DomainView domain : domains) {
            boolean ready = domain.ready().equals("True");
            table.line(
                    Cell.of(domain.name()),
                    Cell.of(String.join(" ", domain.prefixes())),
                    Cell.of(domain.home()),
                    carrier(domain.carrier()),
                    Cell.of(domain.mtu() == null ? "?" : domain.mtu()),
                    Cell.of(domain.pods()),
                    Cell.of(
                            domain.leased() == null || domain.addresses() == null
                                    ? domain.blocksHeld() + " of " + domain.blocks() + " blocks"
                                    : domain.leased() + " of " + domain.addresses()),
                    Cell.judged(ready, ready ? "yes" : "no"),
                    new Cell(ready ? "" : domain.message(), Tone.FAINT));
        }
        return table.text();
    }

    /// What is not encrypted says so wherever it is shown.
    static Cell carrier(String word) {
        return word.equals("vxlan") ? new Cell("vxlan (not encrypted)", Tone.ODD) : Cell.of(word);
    }
}
