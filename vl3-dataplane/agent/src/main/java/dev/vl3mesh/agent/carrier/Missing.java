package dev.vl3mesh.agent.carrier;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;

/// What has to be made so that the kernel has all that is wanted.
public final class Missing {
    private Missing() {}

    /// Returns what is wanted and not present, in the order of the wanted.
    public static <T> List<T> of(Collection<T> wanted, Set<T> present) {
        List<T> missing = new ArrayList<>();
        for (T one : wanted) {
            if (!present.contains(one)) {
                missing.add(one);
            }
        }
        return missing;
    }
}
