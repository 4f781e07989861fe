/// What the webhook says of itself in numbers.
@NullMarked
package dev.vl3mesh.injector.observe;

import org.jspecify.annotations.NullMarked;
