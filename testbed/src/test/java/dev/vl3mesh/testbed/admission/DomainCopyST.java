package dev.vl3mesh.testbed.admission;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vl3mesh.api.v1alpha1.Domain;
import dev.vl3mesh.model.join.Labels;
import dev.vl3mesh.testbed.fixture.World;
import dev.vl3mesh.testbed.lab.Commands;
import dev.vl3mesh.testbed.lab.Kubectl;
import dev.vl3mesh.testbed.lab.Lab;
import dev.vl3mesh.testbed.lab.LabExtension;
import dev.vl3mesh.testbed.lab.LabPaths;
import dev.vl3mesh.testbed.lab.Progress;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/// A domain in a member: a copy that nobody can change there, and that is what the home says whatever happens.
@ExtendWith(LabExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DomainCopyST {
    private static final String CEDAR = "cedar";
    private static final List<String> PREFIXES = List.of("172.30.0.0/16", "fd00:30::/48");
    /// Who alone may write copies.
    private static final String CONTROL = "--as=system:serviceaccount:vl3mesh-system:vl3-control";

    private final Lab lab;
    private final World world;
    private final KubernetesClient west;
    private final Kubectl kubectl;

    DomainCopyST(Lab lab) {
        this.lab = lab;
        this.world = new World(lab);
        this.west = world.client("west");
        this.kubectl = new Kubectl(LabPaths.of(System.getenv()), new Commands(new Progress(System.out, false)));
    }

    @BeforeAll
    void makeTheWorld() {
        world.domain(CEDAR, PREFIXES.toArray(String[]::new));
    }

    @AfterAll
    void leaveNothingBehind() {
        Pods.leaveNothing(lab, world, CEDAR);
    }

    private Domain copy() {
        return west.resources(Domain.class).withName(CEDAR).get();
    }

    private Commands.Result patch(String... options) {
        String[] words = new String[options.length + 6];
        System.arraycopy(new String[] {"patch", "domain", CEDAR, "--type=merge", "-p"}, 0, words, 0, 5);
        words[5] = "{\"spec\":{\"prefixes\":[\"172.30.0.0/16\",\"fd00:30::/48\",\"172.31.0.0/24\"]}}";
        System.arraycopy(options, 0, words, 6, options.length);
        return kubectl.attempt("west", words);
    }

    @Test
    void aChangeIsRefusedWithTheRemedy() {
        Commands.Result refused = patch();
        assertThat(refused.ok()).isFalse();
        assertThat(refused.output()).contains("domain cedar is a copy: its home is cluster east, change it there");
        assertThat(copy().getSpec().prefixes()).isEqualTo(PREFIXES);
    }

    @Test
    void theMarkOfACopyIsOursAlone() {
        for (String change : List.of("vl3mesh.dev/home-", "vl3mesh.dev/home=north")) {
            Commands.Result refused = kubectl.attempt("west", "label", "--overwrite", "domain", CEDAR, change);
            assertThat(refused.ok()).isFalse();
            assertThat(refused.output()).contains("label vl3mesh.dev/home marks the copies of domains");
        }
        Commands.Result refused = kubectl.attempt("east", "label", "domain", CEDAR, "vl3mesh.dev/home=west");
        assertThat(refused.output()).contains("label vl3mesh.dev/home marks the copies of domains");
        assertThat(kubectl.attempt("west", "annotate", "domain", CEDAR, "note=mine")
                        .ok())
                .as("notes are free")
                .isTrue();
    }

    @Test
    void whatIsChangedNeverthelessIsPutBack() {
        Commands.Result changed = patch(CONTROL);
        assertThat(changed.ok()).as(changed.output()).isTrue();
        World.eventually().untilAsserted(() -> {
            // prefixes only grow, so the copy is made anew
            assertThat(copy()).isNotNull();
            assertThat(copy().getSpec().prefixes()).isEqualTo(PREFIXES);
            assertThat(copy().getMetadata().getLabels()).containsEntry(Labels.HOME, "east");
        });
        changed = kubectl.attempt(
                "west", "patch", "domain", CEDAR, "--type=merge", "-p", "{\"spec\":{\"mtu\":1300}}", CONTROL);
        assertThat(changed.ok()).as(changed.output()).isTrue();
        World.eventually().untilAsserted(() -> {
            assertThat(copy()).isNotNull();
            assertThat(copy().getSpec().mtu()).isNull();
        });
    }

    @Test
    void aCopyThatIsDeletedIsMadeAnew() {
        String uid = copy().getMetadata().getUid();
        Integer vni = copy().getStatus().vni();
        kubectl.run("west", "delete", "domain", CEDAR, "--wait=false");
        World.eventually().untilAsserted(() -> {
            assertThat(copy()).isNotNull();
            assertThat(copy().getMetadata().getUid()).isNotEqualTo(uid);
            assertThat(copy().getStatus().vni()).isEqualTo(vni);
            assertThat(copy().getSpec().prefixes()).isEqualTo(PREFIXES);
        });
    }
}
