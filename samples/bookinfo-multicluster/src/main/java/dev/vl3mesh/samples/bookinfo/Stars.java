package dev.vl3mesh.samples.bookinfo;

/// How a version of reviews shows ratings.
enum Stars {
    /// v1: not at all.
    NONE,
    /// v2.
    BLACK,
    /// v3.
    RED;

    static Stars of(String version) {
        return switch (version) {
            case "v1" -> NONE;
            case "v2" -> BLACK;
            case "v3" -> RED;
            default -> throw new IllegalArgumentException("VERSION '" + version + "' is none of v1, v2, v3");
        };
    }
}
