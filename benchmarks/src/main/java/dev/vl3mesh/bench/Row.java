package dev.vl3mesh.bench;

import java.util.Locale;

/// One measured value beside what it is compared to.
///
/// @param what what was measured
/// @param value the measured value
/// @param unit the unit of both values
/// @param against what it is compared to, with that one's value
/// @param ratio this value divided by the other one; not a number where there is nothing to divide by
/// @param goal what was asked for, in words
/// @param met whether it is
public record Row(String what, double value, String unit, String against, double ratio, String goal, boolean met) {
    /// What stands in place of a goal where none was set.
    public static final String NO_GOAL = "no goal";

    /// A value that may not exceed a bound.
    public static Row atMost(String what, double value, String unit, double max) {
        return new Row(what, value, unit, "the bound", value / max, "at most " + plain(max) + " " + unit, value <= max);
    }

    /// A value that is told and has no goal.
    ///
    /// @param against what explains it
    public static Row told(String what, double value, String unit, String against) {
        return new Row(what, value, unit, against, Double.NaN, NO_GOAL, true);
    }

    /// A value beside a peer's that was measured in the same run.
    ///
    /// @param peer the peer's name
    /// @param goal in words
    /// @param met whether the goal is met by this ratio
    public static Row beside(
            String what, double value, String unit, String peer, double peerValue, String goal, boolean met) {
        return new Row(
                what, value, unit, peer + ": " + Json.number(peerValue) + " " + unit, value / peerValue, goal, met);
    }

    private static String plain(double value) {
        return value == Math.rint(value)
                ? String.format(Locale.ROOT, "%.0f", value)
                : String.format(Locale.ROOT, "%s", value);
    }

    /// Whether something was asked for.
    public boolean hasGoal() {
        return !goal.startsWith(NO_GOAL);
    }

    /// The row as a JSON object.
    public String json() {
        return String.format(
                Locale.ROOT,
                "{\"what\": %s, \"value\": %s, \"unit\": %s, \"against\": %s, \"ratio\": %s, \"goal\": %s, \"met\":"
                        + " %b}",
                Json.text(what),
                Json.number(value),
                Json.text(unit),
                Json.text(against),
                Json.number(ratio),
                Json.text(goal),
                met);
    }
}
