/// Tables of nf_tables, built as values and replaced as a whole.
@NullMarked
package dev.vl3mesh.linux.nft;

import org.jspecify.annotations.NullMarked;
