/// How agents and member clusters talk to a control plane.
@NullMarked
package dev.vl3mesh.xds.client;

import org.jspecify.annotations.NullMarked;
