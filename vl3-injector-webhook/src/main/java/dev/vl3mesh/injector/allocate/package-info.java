/// Addresses for pods: chosen from the leased blocks, made theirs by creating Attachments.
@NullMarked
package dev.vl3mesh.injector.allocate;

import org.jspecify.annotations.NullMarked;
