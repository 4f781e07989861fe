package dev.vl3mesh.testbed.admission;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vl3mesh.api.v1alpha1.Domain;
import dev.vl3mesh.api.v1alpha1.DomainSpec;
import dev.vl3mesh.model.join.Labels;
import dev.vl3mesh.testbed.fixture.World;
import dev.vl3mesh.testbed.lab.Commands;
import dev.vl3mesh.testbed.lab.Kubectl;
import dev.vl3mesh.testbed.lab.Lab;
import dev.vl3mesh.testbed.lab.LabExtension;
import dev.vl3mesh.testbed.lab.LabPaths;
import dev.vl3mesh.testbed.lab.Progress;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
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
    private static final String CONTROL = "system:serviceaccount:vl3mesh-system:vl3-control";

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

    /// As the control plane, which alone may; it updates, and has no right to patch.
    private void change(DomainSpec spec) {
        Config config = new ConfigBuilder(west.getConfiguration())
                .withImpersonateUsername(CONTROL)
                .build();
        try (KubernetesClient control =
                new KubernetesClientBuilder().withConfig(config).build()) {
            World.eventually().ignoreException(KubernetesClientException.class).until(() -> {
                Domain domain = copy();
                domain.setSpec(spec);
                return control.resource(domain).update() != null;
            });
        }
    }

    @Test
    void aChangeIsRefusedWithTheRemedy() {
        String change = "{\"spec\":{\"prefixes\":[\"172.30.0.0/16\",\"fd00:30::/48\",\"172.31.0.0/24\"]}}";
        Commands.Result refused = kubectl.attempt("west", "patch", "domain", CEDAR, "--type=merge", "-p", change);
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
        DomainSpec spec = copy().getSpec();
        change(new DomainSpec(
                List.of("172.30.0.0/16", "fd00:30::/48", "172.31.0.0/24"),
                spec.carrier(),
                spec.mtu(),
                spec.clusters()));
        World.eventually().untilAsserted(() -> {
            // prefixes only grow, so the copy is made anew
            assertThat(copy()).isNotNull();
            assertThat(copy().getSpec().prefixes()).isEqualTo(PREFIXES);
            assertThat(copy().getMetadata().getLabels()).containsEntry(Labels.HOME, "east");
        });
        change(new DomainSpec(PREFIXES, spec.carrier(), 1300, spec.clusters()));
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
