/// An identity from SPIFFE's Workload API, followed as it changes.
@NullMarked
package dev.vl3mesh.spire;

import org.jspecify.annotations.NullMarked;
