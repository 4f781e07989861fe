package dev.vl3mesh.agent.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;

/// Reads typed values from environment variables, gathers every problem, and knows which variables nobody
/// asked for.
final class Environment {
    private static final String PREFIX = "VL3_";
    private static final int SUGGESTION_DISTANCE_MAX = 3;

    private final Map<String, String> variables;
    private final List<String> problems = new ArrayList<>();
    private final TreeSet<String> asked = new TreeSet<>();

    Environment(Map<String, String> variables) {
        this.variables = new TreeMap<>(variables);
    }

    /// Returns the value of a variable that must be there.
    ///
    /// @param fallback stands for it in the result while problems are gathered
    <T> T required(String name, Function<String, T> parser, T fallback) {
        asked.add(name);
        String text = variables.getOrDefault(name, "").strip();
        if (text.isEmpty()) {
            problems.add(name + " is not set");
            return fallback;
        }
        return parse(name, text, parser, fallback);
    }

    /// Returns the value of a variable, or its default.
    <T> T optional(String name, Function<String, T> parser, T standard) {
        asked.add(name);
        String text = variables.getOrDefault(name, "").strip();
        return text.isEmpty() ? standard : parse(name, text, parser, standard);
    }

    private <T> T parse(String name, String text, Function<String, T> parser, T fallback) {
        try {
            return parser.apply(text);
        } catch (IllegalArgumentException e) {
            problems.add(name + ": " + e.getMessage());
            return fallback;
        }
    }

    /// Ends the reading.
    ///
    /// @throws IllegalArgumentException with all problems, unknown variables among them
    void finish() {
        for (String name : variables.keySet()) {
            if (name.startsWith(PREFIX) && !asked.contains(name)) {
                problems.add(name + " is unknown" + suggestion(name));
            }
        }
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException("environment: " + String.join("; ", problems));
        }
    }

    private String suggestion(String unknown) {
        String best = "";
        int bestDistance = SUGGESTION_DISTANCE_MAX + 1;
        for (String candidate : asked) {
            int distance = distance(unknown, candidate);
            if (distance < bestDistance) {
                best = candidate;
                bestDistance = distance;
            }
        }
        return best.isEmpty() ? "" : ": did you mean " + best + "?";
    }

    /// Levenshtein's distance.
    private static int distance(String a, String b) {
        int[] previous = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            previous[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int[] current = new int[b.length() + 1];
            current[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int change = previous[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                current[j] = Math.min(change, Math.min(previous[j], current[j - 1]) + 1);
            }
            previous = current;
        }
        return previous[b.length()];
    }
}
