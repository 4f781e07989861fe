/// What components say of themselves, on the lab.
@NullMarked
package dev.vl3mesh.testbed.observe;

import org.jspecify.annotations.NullMarked;
