package dev.vl3mesh.ctl.command;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// Why one pod can, or can't, call another by TCP, in each domain that one of them is in.
///
/// @param from `<cluster>/<namespace>/<pod>`
/// @param to likewise
public record Reachability(String from, String to, List<InDomain> domains) {
    /// Whether a call arrives.
    public enum Verdict {
        /// It does.
        yes,
        /// It depends on what is asked for.
        depends,
        /// It does not.
        no
    }

    /// What was looked at, in the order of a call's way.
    ///
    /// @param well null where it could not be seen
    public record Step(String what, @Nullable Boolean well, String says) {
        static Step well(String what, String says) {
            return new Step(what, true, says);
        }

        static Step bad(String what, String says) {
            return new Step(what, false, says);
        }

        static Step unseen(String what, String says) {
            return new Step(what, null, says);
        }
    }

    /// One domain.
    public record InDomain(String domain, Verdict verdict, List<Step> steps) {}

    /// The best of all domains.
    public Verdict verdict() {
        return domains.stream().map(InDomain::verdict).sorted().findFirst().orElse(Verdict.no);
    }
}
