package dev.vl3mesh.api.v1alpha1;

import io.fabric8.crd.generator.annotation.PrinterColumn;
import org.jspecify.annotations.Nullable;

/// What became of an invitation.
///
/// @param redeemedBy the cluster that used it up
/// @param redeemedAt RFC 3339
public record InvitationStatus(
        @Nullable @PrinterColumn(name = "REDEEMED BY") String redeemedBy,
        @Nullable String redeemedAt) {}
