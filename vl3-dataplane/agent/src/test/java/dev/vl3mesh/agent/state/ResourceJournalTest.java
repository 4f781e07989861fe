package dev.vl3mesh.agent.state;

import static dev.vl3mesh.agent.attach.Resources.RED;
import static dev.vl3mesh.agent.attach.Resources.drop;
import static dev.vl3mesh.agent.attach.Resources.local;
import static dev.vl3mesh.agent.attach.Resources.node;
import static dev.vl3mesh.agent.attach.Resources.put;
import static dev.vl3mesh.agent.attach.Resources.red;
import static dev.vl3mesh.agent.attach.Resources.remote;
import static org.assertj.core.api.Assertions.assertThat;

import dev.vl3mesh.agent.Seed;
import dev.vl3mesh.model.plan.MeshResource;
import dev.vl3mesh.model.plan.ResourceKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResourceJournalTest {
    @TempDir
    Path folder;

    @Test
    void bringsBackWhatWasAppended() throws IOException {
        try (ResourceJournal journal = open()) {
            journal.append(List.of(put(red(), local(RED, "web", "172.16.3.7", "fd00:16::3:7"))));
            journal.append(List.of(put(local(RED, "db", "172.16.3.8")), drop(local(RED, "web", "172.16.3.7"))));
        }
        try (ResourceJournal journal = open()) {
            assertThat(journal.resources()).containsExactlyInAnyOrder(red(), local(RED, "db", "172.16.3.8"));
        }
    }

    @Test
    void anyDamageCostsOnlyWhatFollowsIt() throws IOException {
        List<MeshResource> written = List.of(
                red(), local(RED, "a", "172.16.3.7"), local(RED, "b", "172.16.3.8"), local(RED, "c", "172.16.3.9"));
        try (ResourceJournal journal = open()) {
            for (MeshResource resource : written) {
                journal.append(List.of(put(resource)));
            }
        }
        byte[] whole = Files.readAllBytes(file());
        Random random = Seed.random("anyDamageCostsOnlyWhatFollowsIt");
        for (int i = 0; i < 500; i++) {
            byte[] damaged = random.nextBoolean() ? whole.clone() : Arrays.copyOf(whole, random.nextInt(whole.length));
            if (damaged.length == whole.length) {
                damaged[random.nextInt(whole.length)] ^= (byte) (1 + random.nextInt(255));
            }
            Files.write(file(), damaged);
            try (ResourceJournal journal = open()) {
                List<MeshResource> read = List.copyOf(journal.resources());
                assertThat(read).isEqualTo(written.subList(0, read.size()));
                assertThat(read).hasSizeLessThan(written.size());
                journal.append(List.of(put(local(RED, "new", "172.16.3.20"))));
            }
            try (ResourceJournal journal = open()) {
                assertThat(journal.resources()).contains(local(RED, "new", "172.16.3.20"));
            }
        }
    }

    @Test
    void staysSmallHoweverMuchChanges() throws IOException {
        Random random = Seed.random("staysSmallHoweverMuchChanges");
        Map<ResourceKey, MeshResource> truth = new TreeMap<>();
        try (ResourceJournal journal = open()) {
            for (int step = 0; step < 600; step++) {
                MeshResource[] batch = new MeshResource[100];
                Arrays.setAll(
                        batch,
                        _ -> remote(
                                RED,
                                node("west", "n" + random.nextInt(1000)),
                                "172.16." + random.nextInt(4) + "." + random.nextInt(200)));
                for (MeshResource resource : batch) {
                    truth.put(resource.key(), resource);
                }
                journal.append(List.of(put(batch)));
            }
        }
        assertThat(Files.size(file())).isLessThan(3 << 20);
        try (ResourceJournal journal = open()) {
            assertThat(journal.resources()).containsExactlyInAnyOrderElementsOf(truth.values());
        }
    }

    private ResourceJournal open() throws IOException {
        return ResourceJournal.open(file());
    }

    private Path file() {
        return folder.resolve("resources");
    }
}
