/// The webhook's certificate, which it makes, publishes and rotates itself.
@NullMarked
package dev.vl3mesh.injector.tls;

import org.jspecify.annotations.NullMarked;
