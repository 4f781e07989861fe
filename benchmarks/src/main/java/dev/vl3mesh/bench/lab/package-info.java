/// Two real clusters: pods, routes, packets, and what it all costs at rest.
@NullMarked
package dev.vl3mesh.bench.lab;

import org.jspecify.annotations.NullMarked;
