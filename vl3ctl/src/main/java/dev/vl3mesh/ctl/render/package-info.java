/// How answers look, for people and for programs.
@NullMarked
package dev.vl3mesh.ctl.render;

import org.jspecify.annotations.NullMarked;
