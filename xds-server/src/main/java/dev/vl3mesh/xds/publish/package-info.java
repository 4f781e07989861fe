/// The publisher: a program beside a domain's istiod, which tells it what the domain's control plane knows.
@NullMarked
package dev.vl3mesh.xds.publish;

import org.jspecify.annotations.NullMarked;
