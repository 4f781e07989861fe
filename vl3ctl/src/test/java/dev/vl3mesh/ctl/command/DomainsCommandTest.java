package dev.vl3mesh.ctl.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vl3mesh.api.v1alpha1.AddressBlock;
import dev.vl3mesh.api.v1alpha1.AddressBlockSpec;
import dev.vl3mesh.api.v1alpha1.Condition;
import dev.vl3mesh.api.v1alpha1.Domain;
import dev.vl3mesh.api.v1alpha1.DomainSpec;
import dev.vl3mesh.api.v1alpha1.DomainStatus;
import dev.vl3mesh.ctl.command.DomainsCommand.DomainView;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DomainsCommandTest {
    private static Domain domain(Map<String, String> labels, List<String> inForce, Condition... conditions) {
        Domain domain = new Domain();
        domain.setMetadata(
                new ObjectMetaBuilder().withName("red").withLabels(labels).build());
        domain.setSpec(new DomainSpec(List.of("172.16.0.0/16", "10.9.0.0/16"), "vxlan", null, List.of()));
        domain.setStatus(new DomainStatus(
                1L, "east", 7, 0, inForce, "vxlan", false, 1450, 2, 62, 65_000, null, List.of(conditions)));
        return domain;
    }

    private static AddressBlock block(int number, String holder) {
        AddressBlock block = new AddressBlock();
        block.setSpec(new AddressBlockSpec("red", number, holder));
        return block;
    }

    private static Condition condition(String type, String status, String message) {
        return new Condition(type, status, 1L, "2026-11-24T12:00:00Z", "Reason", message);
    }

    @Test
    void showsWhatIsInForceAndWhoHoldsIt() {
        DomainView view = DomainsCommand.view(
                domain(Map.of("vl3mesh.dev/home", "east"), List.of("172.16.0.0/16"), condition("Ready", "True", "yes")),
                List.of(block(0, "east"), block(1, "west"), block(2, "west")),
                "west");
        assertThat(view)
                .isEqualTo(new DomainView(
                        "red",
                        List.of("172.16.0.0/16"),
                        "east",
                        "vxlan",
                        1450,
                        7,
                        2,
                        2,
                        3,
                        1024,
                        62,
                        65_000,
                        "True",
                        "yes"));
    }

    @Test
    void aDomainThatIsNotReadySaysWhichConditionKeepsIt() {
        DomainView view = DomainsCommand.view(
                domain(
                        Map.of(),
                        List.of(),
                        condition("Encrypted", "False", "packets are NOT encrypted"),
                        condition("Accepted", "False", "172.16.0.0/16 overlaps the cluster's services"),
                        condition("Ready", "False", "see the condition Accepted")),
                List.of(),
                "east");
        assertThat(view.ready()).isEqualTo("False");
        assertThat(view.message()).isEqualTo("172.16.0.0/16 overlaps the cluster's services");
        assertThat(view.home()).isEqualTo("east");
    }
}
