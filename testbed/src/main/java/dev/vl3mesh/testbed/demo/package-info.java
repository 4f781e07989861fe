/// What a newcomer watches: the whole of vl3mesh at work on two real clusters.
@NullMarked
package dev.vl3mesh.testbed.demo;

import org.jspecify.annotations.NullMarked;
