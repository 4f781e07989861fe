package dev.vl3mesh.metrics;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// A strict reader of Prometheus' text format 0.0.4: what Prometheus would forgive, it refuses.
public final class StrictText {
    private static final Pattern HELP = Pattern.compile("# HELP ([a-z0-9_]+) (.*\\S.*)");
    private static final Pattern TYPE = Pattern.compile("# TYPE ([a-z0-9_]+) (counter|gauge|histogram|summary)");
    private static final Pattern SAMPLE = Pattern.compile("([a-z0-9_]+)(?:\\{(.*)})? (\\S+)");
    private static final Pattern LABEL =
            Pattern.compile("([a-z_][a-z0-9_]*)=\"((?:[^\"\\\\\\n]|\\\\[\\\\\"n])*)\"(?:,(?=.)|$)");
    private static final Pattern NO_BASE_UNIT =
            Pattern.compile(".*_(ms|millis|milliseconds|micros|us|nanos|minutes|kb|kib|mb|mib|permille|percent)(_.*)?");

    private final Map<String, String> types = new LinkedHashMap<>();
    private final Map<String, Double> samples = new LinkedHashMap<>();
    private final Set<String> sampled = new HashSet<>();
    private String help = "";
    private String family = "";

    private StrictText() {}

    /// Asks over HTTP and reads the answer.
    ///
    /// @throws AssertionError naming the line, if it breaks a rule
    public static StrictText scrape(String url) throws IOException, InterruptedException {
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpResponse<String> response =
                    client.send(HttpRequest.newBuilder(URI.create(url)).build(), HttpResponse.BodyHandlers.ofString());
            String type = response.headers().firstValue("Content-Type").orElse("");
            if (response.statusCode() != 200 || !type.startsWith("text/plain; version=0.0.4")) {
                throw new AssertionError(
                        url + " answers " + response.statusCode() + " of type " + type + ": " + response.body());
            }
            return read(response.body());
        }
    }

    /// Reads a whole text.
    ///
    /// @throws AssertionError naming the line, if it breaks a rule
    public static StrictText read(String text) {
        StrictText read = new StrictText();
        if (!text.isEmpty() && !text.endsWith("\n")) {
            throw new AssertionError("the last line has no end");
        }
        String at = "";
        try {
            for (String line : text.lines().toList()) {
                at = line;
                read.line(line);
            }
            at = "at the end";
            read.finish();
        } catch (IllegalArgumentException e) {
            throw new AssertionError(e.getMessage() + ": " + at, e);
        }
        return read;
    }

    /// The value of one series, written as `name` or `name{label="value",...}` with labels in the order of the
    /// alphabet.
    ///
    /// @throws AssertionError naming all series, if there is no such
    public double value(String series) {
        Double value = samples.get(series);
        if (value == null) {
            throw new AssertionError("no series " + series + " in\n" + String.join("\n", samples.keySet()));
        }
        return value;
    }

    /// All series of a name, with their values.
    public Map<String, Double> series(String name) {
        return samples.entrySet().stream()
                .filter(entry -> entry.getKey().equals(name) || entry.getKey().startsWith(name + "{"))
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    /// The families by name, with their types.
    public Map<String, String> types() {
        return Map.copyOf(types);
    }

    private static void check(boolean rule, String otherwise) {
        if (!rule) {
            throw new IllegalArgumentException(otherwise);
        }
    }

    private void line(String line) {
        Matcher matcher = HELP.matcher(line);
        if (matcher.matches()) {
            help = matcher.group(1);
            return;
        }
        matcher = TYPE.matcher(line);
        if (matcher.matches()) {
            finish();
            begin(matcher.group(1), matcher.group(2));
            return;
        }
        matcher = SAMPLE.matcher(line);
        check(matcher.matches(), "no HELP, no TYPE, no sample");
        sample(matcher.group(1), matcher.group(2) == null ? "" : matcher.group(2), matcher.group(3));
    }

    private void begin(String name, String type) {
        check(name.equals(help), "TYPE does not follow the HELP of the same name");
        check(types.put(name, type) == null, "the family comes twice");
        check(
                name.endsWith("_total") == type.equals("counter"),
                "_total ends the names of counters and of nothing else");
        check(!NO_BASE_UNIT.matcher(name).matches(), "not in base units");
        family = name;
    }

    private void sample(String name, String labels, String number) {
        String type = types.getOrDefault(family, "");
        boolean histogram = type.equals("histogram");
        boolean summed = histogram || type.equals("summary");
        boolean belongs = (name.equals(family) && !histogram)
                || (summed && name.matches(Pattern.quote(family) + "_(sum|count)"))
                || (histogram && name.equals(family + "_bucket"));
        check(belongs, "a sample outside of its family, which is now '" + family + "'");
        Map<String, String> sorted = new TreeMap<>();
        Matcher label = LABEL.matcher(labels);
        int end = 0;
        while (end < labels.length()) {
            check(label.find() && label.start() == end, "labels that can't be read");
            check(sorted.put(label.group(1), label.group(2)) == null, "a label that comes twice");
            end = label.end();
        }
        String series = sorted.isEmpty()
                ? name
                : sorted.entrySet().stream()
                        .map(entry -> entry.getKey() + "=\"" + entry.getValue() + "\"")
                        .collect(Collectors.joining(",", name + "{", "}"));
        double value = number.equals("+Inf") ? Double.POSITIVE_INFINITY : Double.parseDouble(number);
        check(!Double.isNaN(value), "a value that is no number");
        check(!type.equals("counter") || value >= 0, "a counter below zero");
        check(samples.put(series, value) == null, "the series comes twice");
        sampled.add(family);
    }

    /// Ends the family that is being read.
    private void finish() {
        check(family.isEmpty() || sampled.contains(family), "family " + family + " has no samples");
        if (!types.getOrDefault(family, "").equals("histogram")) {
            return;
        }
        Map<String, Double> last = new LinkedHashMap<>();
        series(family + "_bucket").entrySet().stream()
                .sorted(Comparator.comparingDouble(entry -> bound(entry.getKey())))
                .forEach(entry -> {
                    String group = withoutBound(entry.getKey());
                    check(last.getOrDefault(group, 0.0) <= entry.getValue(), "buckets of " + group + " do not grow");
                    last.put(group, entry.getValue());
                });
        check(!last.isEmpty(), "the histogram " + family + " has no buckets");
        last.forEach((group, count) -> check(
                count.equals(samples.get(group.replace(family + "_bucket", family + "_count"))),
                "the last bucket of " + group + " is not its count"));
    }

    private static double bound(String series) {
        Matcher matcher = Pattern.compile("[{,]le=\"([^\"]+)\"").matcher(series);
        check(matcher.find(), "a bucket without le");
        return matcher.group(1).equals("+Inf") ? Double.POSITIVE_INFINITY : Double.parseDouble(matcher.group(1));
    }

    private static String withoutBound(String series) {
        return series.replaceFirst("([{,])le=\"[^\"]+\",?", "$1")
                .replaceFirst("[{,]}$", series.contains(",") ? "}" : "");
    }
}
