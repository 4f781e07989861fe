package dev.vl3mesh.bench;

import java.util.Locale;

/// One measured value beside what it is compared to.
///
/// @param what what was measured
/// @param value the measured value
/// @param unit the unit of both values
/// @param against what it is compared to, with that one's value
/// @param ratio this value divided by the other one
/// @param goal what was asked for, in words
/// @param met whether it is
public record Row(String what, double value, String unit, String against, double ratio, String goal, boolean met) {
    /// The row as a JSON object.
    public String json() {
        return String.format(
                Locale.ROOT,
                "{\"what\": %s, \"value\": %s, \"unit\": %s, \"against\": %s, \"ratio\": %s, \"goal\": %s, \"met\": %b}",
                Json.text(what),
                Json.number(value),
                Json.text(unit),
                Json.text(against),
                Json.number(ratio),
                Json.text(goal),
                met);
    }
}
