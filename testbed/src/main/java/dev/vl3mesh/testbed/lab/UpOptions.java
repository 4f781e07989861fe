package dev.vl3mesh.testbed.lab;

import java.util.List;

/// What `lab up` was asked for.
///
/// @param clusters how many
/// @param nodes how many of each
/// @param bare without vl3mesh
record UpOptions(int clusters, int nodes, boolean bare) {

    /// Reads `[--clusters N] [--nodes N] [--bare]`.
    ///
    /// @throws UsageException naming the word that is none of these, or lacks its number
    static UpOptions parse(List<String> words) {
        int clusters = 2;
        int nodes = 1;
        boolean bare = false;
        for (int at = 0; at < words.size(); at++) {
            switch (words.get(at)) {
                case "--clusters" -> clusters = number(words, ++at);
                case "--nodes" -> nodes = number(words, ++at);
                case "--bare" -> bare = true;
                default ->
                    throw new UsageException("lab up: unknown option '" + words.get(at)
                            + "': there are --clusters N, --nodes N and --bare");
            }
        }
        return new UpOptions(clusters, nodes, bare);
    }

    private static int number(List<String> words, int at) {
        if (at == words.size() || !words.get(at).matches("[0-9]{1,2}")) {
            String option = words.get(at - 1);
            throw new UsageException("lab up: " + option + " needs a number, such as " + option + " 2");
        }
        return Integer.parseInt(words.get(at));
    }
}
