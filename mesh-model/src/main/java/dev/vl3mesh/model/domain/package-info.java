/// What makes a domain acceptable: one set of rules for admission, the controller and the command line.
@NullMarked
package dev.vl3mesh.model.domain;

import org.jspecify.annotations.NullMarked;
