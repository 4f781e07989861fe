package dev.vl3mesh.ctl.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vl3mesh.api.v1alpha1.Condition;
import dev.vl3mesh.api.v1alpha1.Link;
import dev.vl3mesh.api.v1alpha1.LinkSpec;
import dev.vl3mesh.api.v1alpha1.LinkStatus;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import java.util.List;
import org.junit.jupiter.api.Test;

class StatusReaderTest {
    private static Link toHome(boolean connected, String message) {
        Link link = new Link();
        link.setMetadata(new ObjectMetaBuilder().withName("east").build());
        link.setSpec(new LinkSpec("Home", "198.18.1.11:30443", "east.vl3mesh.internal", null, List.of()));
        List<Condition> conditions = Condition.with(
                List.of(),
                Condition.READY,
                connected,
                1,
                connected ? "Ready" : "Away",
                message,
                "2026-11-24T12:00:00Z");
        link.setStatus(new LinkStatus(1L, connected, "2026-11-24T11:59:40Z", conditions));
        return link;
    }

    @Test
    void aLinkThatIsClosedSaysSinceWhen() {
        assertThat(StatusReader.view(toHome(false, "home east does not answer; what is leased goes on"), null))
                .satisfies(view -> assertThat(view.connected()).isFalse())
                .satisfies(view -> assertThat(view.message())
                        .isEqualTo("home east does not answer; what is leased goes on, since 2026-11-24T12:00:00Z"));
    }

    @Test
    void aLinkThatIsOpenJustSaysSo() {
        assertThat(StatusReader.view(toHome(true, "the home answers"), null).message())
                .isEqualTo("the home answers");
    }
}
