/// The sample application: productpage asks details and reviews, reviews asks ratings, and each says where it runs.
@NullMarked
package dev.vl3mesh.samples.bookinfo;

import org.jspecify.annotations.NullMarked;
