package dev.vl3mesh.bench.agent;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// The agent's image as the build left it, unpacked: what is measured is started as the image would start it, with its
/// own Java, jars and options.
final class AgentImage {
    /// The chart's memory limit of the agent. Java sizes its heap by it.
    static final String MEMORY_LIMIT = "-XX:MaxRAM=256m";

    private final Path root;
    private final List<String> entrypoint;

    private AgentImage(Path root, List<String> entrypoint) {
        this.root = root;
        this.entrypoint = entrypoint;
    }

    /// Unpacks the image below a folder.
    ///
    /// @throws IOException if it was not built
    static AgentImage unpack(Path folder) throws IOException, InterruptedException {
        Path archive = cache().resolve("images/vl3mesh/agent.tar");
        if (!Files.exists(archive)) {
            throw new IOException(archive + " is missing: ./vl3 bench builds it, and so does ./vl3 lab up");
        }
        Path layers = Files.createDirectories(folder.resolve("layers"));
        Path root = Files.createDirectories(folder.resolve("root"));
        untar(archive, layers);
        JsonObject image = JsonParser.parseString(Files.readString(layers.resolve("manifest.json")))
                .getAsJsonArray()
                .get(0)
                .getAsJsonObject();
        for (JsonElement layer : image.getAsJsonArray("Layers")) {
            untar(layers.resolve(layer.getAsString()), root);
        }
        JsonObject config = JsonParser.parseString(
                        Files.readString(layers.resolve(image.get("Config").getAsString())))
                .getAsJsonObject()
                .getAsJsonObject("config");
        List<String> entrypoint = new ArrayList<>();
        config.getAsJsonArray("Entrypoint").forEach(word -> entrypoint.add(word.getAsString()));
        return new AgentImage(root, entrypoint);
    }

    /// Where the launcher keeps what it builds.
    static Path cache() {
        Map<String, String> env = System.getenv();
        return Path.of(env.getOrDefault("VL3_CACHE", env.getOrDefault("HOME", "/root") + "/.cache/vl3mesh"));
    }

    private static void untar(Path archive, Path folder) throws IOException, InterruptedException {
        Process tar = new ProcessBuilder("tar", "-xf", archive.toString(), "-C", folder.toString())
                .redirectErrorStream(true)
                .start();
        String output = new String(tar.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (tar.waitFor() != 0) {
            throw new IOException("tar -xf " + archive + ": " + output);
        }
    }

    /// The command line that the image would run, with the chart's memory limit told to Java.
    ///
    /// @param without options of the image that are left away
    /// @param more options that it does not have
    List<String> command(List<String> without, List<String> more) {
        List<String> command = new ArrayList<>();
        for (String word : entrypoint) {
            if (without.contains(word)) {
                continue;
            }
            if (word.startsWith("/opt/")) {
                command.add(root + word);
                command.add(MEMORY_LIMIT);
                command.addAll(more);
            } else {
                command.add(word.startsWith("/app/") ? word.replace("/app/", root + "/app/") : word);
            }
        }
        return command;
    }
}
