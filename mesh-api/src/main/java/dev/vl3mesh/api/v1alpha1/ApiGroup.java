package dev.vl3mesh.api.v1alpha1;

/// The API group that all custom resources share.
public final class ApiGroup {
    /// The group's name.
    public static final String NAME = "vl3mesh.dev";
    /// The version that is stored and served.
    public static final String VERSION = "v1alpha1";

    private ApiGroup() {}
}
