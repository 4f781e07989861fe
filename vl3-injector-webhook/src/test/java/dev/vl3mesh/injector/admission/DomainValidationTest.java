package dev.vl3mesh.injector.admission;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vl3mesh.api.v1alpha1.Domain;
import dev.vl3mesh.api.v1alpha1.DomainSpec;
import dev.vl3mesh.api.v1alpha1.IstioCanary;
import dev.vl3mesh.api.v1alpha1.IstioSpec;
import dev.vl3mesh.api.v1alpha1.MeshSpec;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// What of a domain's mesh is refused where it is typed.
class DomainValidationTest {
    private static Verdict verdict(@Nullable String revision, String canary) {
        Domain domain = new Domain();
        domain.setMetadata(new ObjectMetaBuilder().withName("red").build());
        IstioSpec istio = new IstioSpec(revision, null, "proxyv2:1", new IstioCanary(canary, "proxyv2:2"));
        domain.setSpec(new DomainSpec(List.of("172.16.0.0/16"), "vxlan", null, List.of(), new MeshSpec(istio)));
        return new DomainValidation().validate(new Review<>("", domain, null, false));
    }

    @Test
    void aCanaryIsNotTheRevisionInForce() {
        assertThat(verdict(null, "red-next")).isEqualTo(Verdict.unchanged());
        assertThat(verdict("blue", "red")).isEqualTo(Verdict.unchanged());
        for (Verdict refused : List.of(verdict(null, "red"), verdict("blue", "blue"))) {
            assertThat(refused)
                    .isInstanceOfSatisfying(
                            Verdict.Refused.class,
                            why -> assertThat(why.toString())
                                    .contains("spec.mesh.istio.canary.revision", "give the canary another one"));
        }
    }
}
