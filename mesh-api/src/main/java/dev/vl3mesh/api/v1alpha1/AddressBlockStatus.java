package dev.vl3mesh.api.v1alpha1;

import io.fabric8.crd.generator.annotation.PrinterColumn;
import org.jspecify.annotations.Nullable;

/// What a block is used for.
///
/// @param prefixes the block's addresses, for readers
/// @param used the number of its addresses that pods hold
public record AddressBlockStatus(
        @Nullable @PrinterColumn(name = "PREFIXES") String prefixes,
        @Nullable @PrinterColumn(name = "USED") Integer used) {}
