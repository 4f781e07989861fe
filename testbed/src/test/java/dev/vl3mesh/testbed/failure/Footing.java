package dev.vl3mesh.testbed.failure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vl3mesh.testbed.fixture.Ran;
import dev.vl3mesh.testbed.fixture.TestPod;
import dev.vl3mesh.testbed.fixture.World;
import dev.vl3mesh.testbed.lab.LabCluster;
import java.util.List;

/// What a pod stands on.
///
/// @param uid the pod's
/// @param addresses in the domain
/// @param kernel what the kernel would number anew if somebody made it again: see `footing.sh`, and the room's inode
record Footing(String uid, List<String> addresses, String kernel) {
    /// As it is now, of a pod on the first node.
    static Footing of(TestPod pod, LabCluster cluster, String domain) {
        String name = "vl3-" + domain;
        Ran ran = pod.sh(World.text(Footing.class, "footing.sh"), name);
        assertThat(ran).as(pod + ": " + ran.all()).matches(Ran::ok);
        String room = cluster.exec(1, "stat", "--dereference", "--format=%i", "/run/netns/" + name);
        return new Footing(pod.get().getMetadata().getUid(), pod.addresses(domain), ran.out() + room);
    }

    /// The same without the kernel's part, which a machine that boots makes anew.
    Footing names() {
        return new Footing(uid, addresses, "");
    }
}
