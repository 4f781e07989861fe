package dev.vl3mesh.api.v1alpha1;

import io.fabric8.crd.generator.annotation.PrinterColumn;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.ValidationRule;

/// Who may give out the addresses of a block.
///
/// @param domain the domain's name
/// @param number counts the blocks of the domain's address plan from 0
/// @param cluster the cluster that holds the lease
@ValidationRule(
        value = "self == oldSelf",
        message = "a lease never changes hands: delete the block once its addresses are free, and lease anew")
public record AddressBlockSpec(
        @Required @PrinterColumn(name = "DOMAIN") String domain,
        @Required @Min(0) @PrinterColumn(name = "NUMBER") int number,
        @Required @PrinterColumn(name = "CLUSTER") String cluster) {}
