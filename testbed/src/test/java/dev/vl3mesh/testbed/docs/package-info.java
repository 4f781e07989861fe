/// Every command in README and docs runs.
@NullMarked
package dev.vl3mesh.testbed.docs;

import org.jspecify.annotations.NullMarked;
