package dev.vl3mesh.ctl.render;

/// Colours of a terminal (ECMA-48, select graphic rendition), or none.
///
/// @param on whether they are used
public record Styles(boolean on) {
    /// What a text is about.
    public enum Tone {
        /// As it should be.
        GOOD("32"),
        /// Not as it should be.
        BAD("31"),
        /// Worth a look.
        ODD("33"),
        /// A heading.
        HEAD("1"),
        /// Of little weight.
        FAINT("2"),
        /// No colour.
        PLAIN("");

        private final String code;

        Tone(String code) {
            this.code = code;
        }
    }

    /// The text in its colour.
    public String apply(Tone tone, String text) {
        return on && !tone.code.isEmpty() && !text.isEmpty() ? "\u001b[" + tone.code + "m" + text + "\u001b[0m" : text;
    }
}
