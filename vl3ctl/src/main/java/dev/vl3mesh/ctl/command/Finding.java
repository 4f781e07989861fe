package dev.vl3mesh.ctl.command;

import org.jspecify.annotations.Nullable;

/// What a check found.
///
/// @param what was looked at
/// @param grade how it is
/// @param seen what was seen
/// @param remedy what to do; absent where nothing has to be done
public record Finding(
        String what, Grade grade, String seen, @Nullable String remedy) {
    /// How something is.
    public enum Grade {
        /// As it should be.
        good,
        /// It works, with less than there could be.
        odd,
        /// It does not work.
        bad
    }

    static Finding good(String what, String seen) {
        return new Finding(what, Grade.good, seen, null);
    }

    static Finding odd(String what, String seen, String remedy) {
        return new Finding(what, Grade.odd, seen, remedy);
    }

    static Finding bad(String what, String seen, String remedy) {
        return new Finding(what, Grade.bad, seen, remedy);
    }
}
