/// Addresses, prefixes, and how a domain's prefixes are cut into blocks and indexes.
@NullMarked
package dev.vl3mesh.model.address;

import org.jspecify.annotations.NullMarked;
