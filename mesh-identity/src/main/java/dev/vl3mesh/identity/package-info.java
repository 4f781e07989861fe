/// Who is who: SPIFFE ids, certificates that carry them, and TLS that asks for them.
@NullMarked
package dev.vl3mesh.identity;

import org.jspecify.annotations.NullMarked;
