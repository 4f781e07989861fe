package dev.vl3mesh.testbed.failure;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What became of echo requests that were sent at a steady pace.
///
/// @param sent requests
/// @param lost requests without an answer; one that may have been under way at the end is not counted
/// @param duplicates answers beyond the first
/// @param longestGap the longest time without an answer, also at the beginning and at the end
record Quality(int sent, int lost, int duplicates, Duration longestGap) {
    /// Numbers of requests have 16 bits (RFC 792).
    private static final int NUMBERS = 1 << 16;

    private static final Pattern ANSWER =
            Pattern.compile("^\\[(\\d+)\\.(\\d{6})] \\d+ bytes from .*icmp_seq=(\\d+) .*time=\\S+ ms.*$");
    private static final Pattern SUMMARY = Pattern.compile("^(\\d+) packets transmitted, .*$");

    private record Answer(long micros, int number) {}

    /// Reads what `ping -D` of iputils printed.
    ///
    /// @param interval between two requests
    /// @throws IllegalArgumentException if it did not end, so that the number of requests is not known
    static Quality of(String output, Duration interval) {
        int sent = -1;
        List<Answer> answers = new ArrayList<>();
        for (String line : output.lines().toList()) {
            Matcher answer = ANSWER.matcher(line);
            Matcher summary = SUMMARY.matcher(line);
            if (answer.matches()) {
                long micros = Long.parseLong(answer.group(1)) * 1_000_000 + Long.parseLong(answer.group(2));
                int before = answers.isEmpty() ? 0 : answers.getLast().number();
                answers.add(new Answer(micros, whole(Integer.parseInt(answer.group(3)), before)));
            } else if (summary.matches()) {
                sent = Integer.parseInt(summary.group(1));
            }
        }
        if (sent < 0) {
            throw new IllegalArgumentException("ping did not end: there is no summary in its " + output.length()
                    + " characters, of which the last are: "
                    + output.substring(Math.max(0, output.length() - 200)));
        }
        return of(sent, answers, interval);
    }

    /// The request's number since the first, which is 1, of the low 16 bits that are on the wire: the one that is
    /// nearest to the answer before.
    private static int whole(int low, int before) {
        int number = before - before % NUMBERS + low;
        if (number - before > NUMBERS / 2) {
            number -= NUMBERS;
        } else if (before - number > NUMBERS / 2) {
            number += NUMBERS;
        }
        return number;
    }

    private static Quality of(int sent, List<Answer> answers, Duration interval) {
        Set<Integer> answered = new HashSet<>();
        int first = sent + 1;
        int last = 0;
        long longestMicros = 0;
        long beforeMicros = answers.isEmpty() ? 0 : answers.getFirst().micros();
        for (Answer answer : answers) {
            answered.add(answer.number());
            first = Math.min(first, answer.number());
            last = Math.max(last, answer.number());
            longestMicros = Math.max(longestMicros, answer.micros() - beforeMicros);
            beforeMicros = answer.micros();
        }
        int lost = sent - answered.size();
        if (lost > 0 && !answered.contains(sent)) {
            lost--; // it may have been under way
        }
        Duration longest = Duration.ofNanos(longestMicros * 1000);
        for (int silent : List.of(first - 1, sent - last)) {
            Duration gap = interval.multipliedBy(silent);
            longest = gap.compareTo(longest) > 0 ? gap : longest;
        }
        return new Quality(sent, lost, answers.size() - answered.size(), longest);
    }
}
