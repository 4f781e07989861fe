package dev.vl3mesh.injector.admission;

import org.jspecify.annotations.Nullable;

/// The part of an AdmissionRequest (admission.k8s.io/v1) that a decision needs.
///
/// @param namespace the object's
/// @param object the object as it would be stored
/// @param old the object as it is stored, at an update
/// @param dryRun whether nothing may be written
record Review<T>(String namespace, T object, @Nullable T old, boolean dryRun) {}
