package dev.vl3mesh.testbed.istio;

/// The versions of Istio that the lab has.
public enum IstioVersion {
    /// In which Istio's resource definitions are, too.
    NEWEST("istio", "dev"),
    /// Four months older.
    OLDER("istio-older", "older");

    private final String folder;
    private final String tag;

    IstioVersion(String folder, String tag) {
        this.folder = folder;
        this.tag = tag;
    }

    /// Where its charts are, among the peers' programs.
    String folder() {
        return folder;
    }

    /// Of its images.
    public String tag() {
        return tag;
    }
}
