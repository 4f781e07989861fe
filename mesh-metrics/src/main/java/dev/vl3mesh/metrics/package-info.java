/// Numbers that a component shows to Prometheus.
@NullMarked
package dev.vl3mesh.metrics;

import org.jspecify.annotations.NullMarked;
