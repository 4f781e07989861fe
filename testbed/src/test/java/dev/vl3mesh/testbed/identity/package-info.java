/// Agents and control planes that meet without a lab.
@NullMarked
package dev.vl3mesh.testbed.identity;

import org.jspecify.annotations.NullMarked;
