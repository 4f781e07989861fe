package dev.vl3mesh.agent.attach;

import static dev.vl3mesh.agent.attach.Resources.GREEN;
import static dev.vl3mesh.agent.attach.Resources.RED;
import static dev.vl3mesh.agent.attach.Resources.SELF;
import static dev.vl3mesh.agent.attach.Resources.addresses;
import static dev.vl3mesh.agent.attach.Resources.drop;
import static dev.vl3mesh.agent.attach.Resources.green;
import static dev.vl3mesh.agent.attach.Resources.local;
import static dev.vl3mesh.agent.attach.Resources.node;
import static dev.vl3mesh.agent.attach.Resources.put;
import static dev.vl3mesh.agent.attach.Resources.red;
import static dev.vl3mesh.agent.attach.Resources.remote;
import static dev.vl3mesh.agent.attach.Resources.sandbox;
import static org.assertj.core.api.Assertions.assertThat;

import dev.vl3mesh.agent.carrier.NodeKey;
import dev.vl3mesh.agent.carrier.Peer;
import dev.vl3mesh.agent.state.Sandbox;
import dev.vl3mesh.model.DomainName;
import dev.vl3mesh.model.plan.SnapshotDelta;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class NodeAttacherTest {
    private static final NodeKey FAR = node("west", "n1");
    private static final long SECOND = 1_000_000_000L;

    private final MemoryRooms rooms = new MemoryRooms();
    private final List<String> heard = new ArrayList<>();
    private NodeAttacher attacher = attacher();
    private long now = 100 * SECOND;

    private NodeAttacher attacher() {
        RoomListener listener = new RoomListener() {
            @Override
            public void opened(RoomSpec spec, Room room, Collection<Peer> peers) {
                heard.add("opened " + spec.domain() + " " + spec.mtu());
            }

            @Override
            public void peersChanged(DomainName domain, Collection<Peer> peers) {
                heard.add("peers " + domain + " " + peers.size());
            }

            @Override
            public void closed(DomainName domain) {
                heard.add("closed " + domain);
            }
        };
        return new NodeAttacher(new NodeContext(SELF, addresses("192.0.2.1"), rooms, listener, _ -> 1500), _ -> {});
    }

    @Test
    void attachesWhenBothSandboxAndAttachmentAreKnownInAnyOrder() {
        learn(put(red(), local(RED, "web", "172.16.3.7")));
        assertThat(rooms.log).containsExactly("make vl3-red");
        CompletableFuture<Void> web = starting(sandbox("web", RED));
        assertThat(web).isCompleted();
        assertThat(rooms.content("vl3-red").links).containsOnlyKeys("uid-web");

        CompletableFuture<Void> late = starting(sandbox("late", RED, GREEN));
        assertThat(late).isNotDone();
        learn(put(local(RED, "late", "172.16.3.8")));
        assertThat(late).as("green is still expected").isNotDone();
        learn(put(green(), local(GREEN, "late", "172.17.3.8")));
        assertThat(late).isCompleted();
        assertThat(rooms.content("vl3-green").links).containsOnlyKeys("uid-late");
        assertThat(attacher.status(now).pods())
                .hasSize(3)
                .allMatch(pod -> pod.problem().isEmpty());
    }

    @Test
    void neverBelievesAPodAboutItself() {
        learn(put(red(), local(RED, "web", "172.16.3.7")));
        assertThat(starting(sandbox("stranger", RED))).isNotDone();
        assertThat(rooms.content("vl3-red").links).isEmpty();
    }

    @Test
    void detachesWhenSandboxOrAttachmentGoes() {
        learn(put(red(), local(RED, "web", "172.16.3.7"), local(RED, "db", "172.16.3.8")));
        start(sandbox("web"));
        start(sandbox("db"));
        attacher.handle(List.of(new NodeEvent.SandboxStopped("box-web", now)));
        assertThat(rooms.content("vl3-red").links).containsOnlyKeys("uid-db");
        learn(drop(local(RED, "db", "172.16.3.8"), red()));
        assertThat(rooms.content("vl3-red").links).isEmpty();
    }

    @Test
    void anotherSandboxOfThePodTakesOver() {
        learn(put(red(), local(RED, "web", "172.16.3.7")));
        start(sandbox("web"));
        Sandbox again = new Sandbox("box-2", "uid-web", "shop", "web", "/run/netns/cni-2", Set.of());
        start(again);
        assertThat(rooms.content("vl3-red").links.values())
                .extracting(PodLink::networkNamespace)
                .containsExactly("/run/netns/cni-2");
        attacher.handle(List.of(new NodeEvent.SandboxStopped("box-web", now)));
        assertThat(rooms.content("vl3-red").links).as("an old sandbox's end").containsOnlyKeys("uid-web");
    }

    @Test
    void aListHealsWhatEventsMissed() {
        learn(put(red(), local(RED, "web", "172.16.3.7"), local(RED, "db", "172.16.3.8")));
        start(sandbox("web"));
        now += SECOND;
        long asked = now;
        now += SECOND;
        start(sandbox("db"));
        attacher.handle(List.of(new NodeEvent.SandboxesListed(List.of(), asked)));
        assertThat(rooms.content("vl3-red").links)
                .as("db started after the list was asked for")
                .containsOnlyKeys("uid-db");
        now += SECOND;
        attacher.handle(List.of(new NodeEvent.SandboxesListed(List.of(sandbox("web"), sandbox("db")), now)));
        assertThat(rooms.content("vl3-red").links).hasSize(2);
    }

    @Test
    void anOldListBringsNothingBack() {
        learn(put(red(), local(RED, "web", "172.16.3.7")));
        start(sandbox("web"));
        long asked = now;
        now += SECOND;
        attacher.handle(List.of(
                new NodeEvent.SandboxStopped("box-web", now),
                new NodeEvent.SandboxesListed(List.of(sandbox("web")), asked)));
        assertThat(rooms.content("vl3-red").links).isEmpty();
    }

    @Test
    void aRestartTouchesNothingUntilEverythingIsKnown() {
        learn(put(
                red(),
                node(RED, FAR, "198.51.100.1"),
                remote(RED, FAR, "172.16.9.1"),
                local(RED, "web", "172.16.3.7")));
        start(sandbox("web"));
        attacher.release();
        rooms.log.clear();

        attacher = attacher();
        learn(put(red(), local(RED, "web", "172.16.3.7")));
        assertThat(rooms.log).containsExactly("take over vl3-red");
        MemoryRooms.Content red = rooms.content("vl3-red");
        assertThat(red.links).hasSize(1);
        assertThat(red.routes).hasSize(1);
        attacher.handle(List.of(new NodeEvent.SandboxesListed(List.of(sandbox("web")), now)));
        attacher.handle(List.of(new NodeEvent.Complete()));
        assertThat(rooms.log).as("the pod's link is its old one").containsExactly("take over vl3-red");
        assertThat(red.routes).as("nobody knows that remote pod any more").isEmpty();
    }

    @Test
    void removesForeignRoomsOnlyWhenEverythingIsKnown() {
        rooms.contents.put("vl3-old", new MemoryRooms.Content(null));
        attacher.handle(List.of(new NodeEvent.SandboxesListed(List.of(), now)));
        assertThat(rooms.names()).containsExactly("vl3-old");
        attacher.handle(List.of(new NodeEvent.Complete()));
        assertThat(rooms.names()).isEmpty();
    }

    @Test
    void keepsAnEmptyRoomForAWhile() {
        attacher.handle(List.of(new NodeEvent.SandboxesListed(List.of(), now), new NodeEvent.Complete()));
        learn(put(red(), local(RED, "web", "172.16.3.7")));
        learn(drop(red(), local(RED, "web", "172.16.3.7")));
        tick(0);
        tick(29);
        assertThat(rooms.names()).containsExactly("vl3-red");
        tick(2);
        assertThat(rooms.names()).isEmpty();
        assertThat(heard).endsWith("closed red");
        learn(put(red(), local(RED, "web", "172.16.3.7")));
        assertThat(rooms.names()).containsExactly("vl3-red");
    }

    @Test
    void reportsAndRepeatsWhatFails() {
        rooms.failing.add("shop/web");
        learn(put(red(), local(RED, "web", "172.16.3.7")));
        CompletableFuture<Void> web = starting(sandbox("web", RED));
        assertThat(web).as("nobody waits for a pod that can't be attached").isCompleted();
        assertThat(attacher.status(now).pods().getFirst().problem()).contains("EPERM");
        rooms.failing.clear();
        tick(1);
        assertThat(attacher.status(now).pods().getFirst().problem()).isEmpty();
    }

    @Test
    void refusesAddressesThatAreNoPods() {
        learn(put(red(), local(RED, "web", "172.16.0.1"), local(RED, "db", "10.0.0.1")));
        start(sandbox("web", RED));
        start(sandbox("db", RED));
        assertThat(rooms.content("vl3-red").links).isEmpty();
        assertThat(attacher.status(now).pods())
                .hasSize(2)
                .allMatch(pod -> pod.problem().contains("is no pod's address"));
    }

    @Test
    void takesTheMeasuredMtuAndKeepsItOverARestart() {
        learn(put(red(), local(RED, "web", "172.16.3.7")));
        assertThat(heard).containsExactly("opened red 1450");
        attacher.handle(List.of(new NodeEvent.Measured(RED, 1400)));
        assertThat(heard).endsWith("opened red 1400");
        attacher.release();
        attacher = attacher();
        learn(put(red(), local(RED, "web", "172.16.3.7")));
        assertThat(heard).endsWith("opened red 1400");
    }

    @Test
    void looksForSandboxesThatShouldBeThereButNotForEver() {
        learn(put(red(), local(RED, "web", "172.16.3.7")));
        tick(0);
        assertThat(attacher.status(now).missing()).isTrue();
        tick(121);
        assertThat(attacher.status(now).missing()).isFalse();
    }

    private void learn(SnapshotDelta delta) {
        attacher.handle(List.of(new NodeEvent.Learnt(delta)));
    }

    private void start(Sandbox sandbox) {
        assertThat(starting(sandbox)).isCompleted();
    }

    private CompletableFuture<Void> starting(Sandbox sandbox) {
        CompletableFuture<Void> settled = new CompletableFuture<>();
        attacher.handle(List.of(new NodeEvent.SandboxStarted(sandbox, now, settled)));
        return settled;
    }

    private void tick(long seconds) {
        now += seconds * SECOND;
        attacher.tick(now);
    }
}
