/// The custom resources of `vl3mesh.dev/v1alpha1`. The golden definitions under `deploy/helm/vl3mesh/crds` are
/// generated from these classes.
@NullMarked
package dev.vl3mesh.api.v1alpha1;

import org.jspecify.annotations.NullMarked;
