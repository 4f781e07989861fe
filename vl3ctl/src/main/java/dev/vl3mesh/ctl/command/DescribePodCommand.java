package dev.vl3mesh.ctl.command;

import dev.vl3mesh.api.v1alpha1.Attachment;
import dev.vl3mesh.ctl.cluster.Cluster;
import dev.vl3mesh.ctl.cluster.ControlView;
import dev.vl3mesh.ctl.cluster.CtlException;
import dev.vl3mesh.ctl.command.PodDescription.Place;
import dev.vl3mesh.ctl.command.PodDescription.Sidecar;
import dev.vl3mesh.ctl.render.Styles;
import dev.vl3mesh.ctl.render.Styles.Tone;
import dev.vl3mesh.ctl.render.Table;
import dev.vl3mesh.ctl.render.Table.Cell;
import dev.vl3mesh.ctl.session.Durations;
import dev.vl3mesh.ctl.session.ExitCodes;
import dev.vl3mesh.ctl.session.Session;
import io.fabric8.kubernetes.api.model.Pod;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// Shows a pod's places in domains.
@Command(
        name = "pod",
        description = "Shows a pod's addresses in its domains, and what its node sees of other nodes there.",
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {"0:it is attached and well", "1:it is not", "2:a wrong call"})
public final class DescribePodCommand implements Callable<Integer> {
    private static final long MEBI = 1 << 20;

    private final Session session;

    @Mixin
    private final PodReference reference = new PodReference();

    /// Makes the verb.
    public DescribePodCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        try (Cluster cluster = session.cluster()) {
            Pod pod = reference.find(cluster);
            @Nullable ControlView control = null;
            try {
                control = ControlView.ask(cluster);
            } catch (CtlException e) {
                session.hint("what nodes see is not shown: " + e.getMessage());
            }
            PodDescription description = PodDescription.of(
                    pod,
                    cluster.client().resources(Attachment.class).list().getItems(),
                    new SidecarReader(cluster.client(), session::hint).read(pod),
                    control);
            session.answer(description, () -> text(description, session.styles()));
            return description.problems().isEmpty() ? ExitCodes.WELL : ExitCodes.NOT_WELL;
        }
    }

    static String text(PodDescription description, Styles styles) {
        StringBuilder text = new StringBuilder();
        text.append("pod ").append(description.pod()).append(": ").append(description.phase());
        text.append(" on ").append(Objects.requireNonNullElse(description.node(), "no node yet"));
        if (description.nodeReportAgeMillis() != null) {
            text.append(", whose agent was heard ")
                    .append(Durations.text(Duration.ofMillis(description.nodeReportAgeMillis())))
                    .append(" ago");
        }
        text.append('\n');
        description
                .problems()
                .forEach(problem ->
                        text.append(styles.apply(Tone.BAD, "  - " + problem)).append('\n'));
        Table places = new Table(styles, "DOMAIN", "ADDRESSES", "INTERFACE", "ATTACHMENT", "");
        Table peers = new Table(styles, "DOMAIN", "NODE", "REACHES", "ROUND TRIP", "LOSS", "MTU", "CARRIER", "PROBED");
        for (Place place : description.places()) {
            String conditions = String.join(
                    " ",
                    place.conditions().stream()
                            .map(condition -> condition.type() + "=" + condition.status())
                            .toList());
            places.line(
                    Cell.of(place.domain()),
                    Cell.of(String.join(" ", place.addresses())),
                    Cell.of(place.networkInterface()),
                    Cell.of(place.attachment()),
                    new Cell(conditions, Tone.FAINT));
            place.peers()
                    .forEach(peer -> peers.line(
                            Cell.of(place.domain()),
                            Cell.of(peer.node()),
                            Cell.judged(peer.reachable(), peer.reachable() ? "yes" : "no"),
                            Cell.of(peer.reachable() ? Durations.millis(peer.roundTripMicros()) : "-"),
                            Cell.of(Durations.percent(peer.lossPermille())),
                            Cell.of(peer.pathMtu() == 0 ? "?" : peer.pathMtu()),
                            peer.encrypted() ? Cell.of(peer.carrier()) : DomainsCommand.carrier(peer.carrier()),
                            Cell.of(Durations.text(Duration.ofMillis(peer.ageMillis())) + " ago")));
        }
        if (!places.isEmpty()) {
            text.append('\n').append(places.text());
        }
        sidecars(description.sidecars(), styles)
                .forEach(table -> text.append('\n').append(table.text()));
        if (!peers.isEmpty()) {
            text.append('\n').append(peers.text());
        }
        return text.toString();
    }

    /// Who it is in its meshes, and what these have made of it; nothing where it is in none.
    private static List<Table> sidecars(List<Sidecar> sidecars, Styles styles) {
        Table who = new Table(styles, "MESH", "SIDECAR", "IDENTITY", "CERTIFICATE UNTIL", "ENVOY'S HEAP", "IMAGE");
        Table configured = new Table(styles, "MESH", "ISTIOD", "CONFIGURED", "LISTENERS", "PORTS");
        for (Sidecar sidecar : sidecars) {
            SidecarEnvoy envoy = sidecar.envoy();
            String mesh =
                    sidecar.revision().isEmpty() ? sidecar.domain() : sidecar.domain() + ", " + sidecar.revision();
            who.line(
                    Cell.of(mesh),
                    Cell.judged(sidecar.ready(), sidecar.ready() ? "ready" : "not ready"),
                    known(envoy.identity()),
                    known(envoy.validUntil()),
                    known(envoy.heapBytes() == 0 ? "" : envoy.heapBytes() / MEBI + " MiB"),
                    new Cell(sidecar.image(), Tone.FAINT));
            configured.line(
                    Cell.of(mesh),
                    known(sidecar.istiod()),
                    known(envoy.configured()),
                    known(envoy.listeners() == 0 ? "" : Integer.toString(envoy.listeners())),
                    known(ports(envoy)));
        }
        return sidecars.isEmpty() ? List.of() : List.of(who, configured);
    }

    private static Cell known(String text) {
        return Cell.of(text.isEmpty() ? "?" : text);
    }

    private static String ports(SidecarEnvoy envoy) {
        if (envoy.ports().isEmpty()) {
            return envoy.listeners() == 0 ? "" : "none";
        }
        return envoy.ports().stream()
                .map(port -> port.number() + (port.mutual() ? port.plain() ? " mTLS or plain" : " mTLS" : " plain"))
                .collect(Collectors.joining(", "));
    }
}
