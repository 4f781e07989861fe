/// What is answered to the API server: pure decisions, and the HTTP around them.
@NullMarked
package dev.vl3mesh.injector.admission;

import org.jspecify.annotations.NullMarked;
