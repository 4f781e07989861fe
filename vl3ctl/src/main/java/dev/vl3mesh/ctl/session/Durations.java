package dev.vl3mesh.ctl.session;

import java.time.Duration;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.TypeConversionException;

/// Spans of time, and parts, as people write and read them.
public final class Durations {
    private static final Pattern FORM = Pattern.compile("([0-9]{1,6})(ms|s|m|h|d)");

    private Durations() {}

    /// Reads `90s`, `15m`, `2h` or `7d`.
    ///
    /// @throws TypeConversionException saying how to write it
    public static Duration parse(String text) {
        Matcher matcher = FORM.matcher(text);
        if (!matcher.matches()) {
            throw new TypeConversionException("'" + text + "' is no span of time: write 90s, 15m, 2h or 7d");
        }
        long number = Long.parseLong(matcher.group(1));
        return switch (matcher.group(2)) {
            case "ms" -> Duration.ofMillis(number);
            case "s" -> Duration.ofSeconds(number);
            case "m" -> Duration.ofMinutes(number);
            case "h" -> Duration.ofHours(number);
            default -> Duration.ofDays(number);
        };
    }

    /// Writes the largest unit that fits, `850ms`, `12s`, `3m`, `5h`, `2d`.
    public static String text(Duration span) {
        if (span.toMillis() < 1000) {
            return Math.max(0, span.toMillis()) + "ms";
        }
        if (span.toSeconds() < 120) {
            return span.toSeconds() + "s";
        }
        if (span.toMinutes() < 120) {
            return span.toMinutes() + "m";
        }
        return span.toHours() < 48 ? span.toHours() + "h" : span.toDays() + "d";
    }

    /// Writes microseconds as milliseconds, `0.42 ms`.
    public static String millis(long micros) {
        return String.format(Locale.ROOT, "%.2f ms", micros / 1000.0);
    }

    /// Writes thousandths as `0 %` or `12.5 %`.
    public static String percent(int permille) {
        return permille % 10 == 0 ? permille / 10 + " %" : String.format(Locale.ROOT, "%.1f %%", permille / 10.0);
    }
}
