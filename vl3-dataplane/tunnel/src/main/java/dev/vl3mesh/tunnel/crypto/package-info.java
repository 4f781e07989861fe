/// What WireGuard is made of: hash, key derivation, key agreement and authenticated encryption.
@NullMarked
package dev.vl3mesh.tunnel.crypto;

import org.jspecify.annotations.NullMarked;
