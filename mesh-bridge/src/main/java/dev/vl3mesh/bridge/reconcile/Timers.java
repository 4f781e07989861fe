package dev.vl3mesh.bridge.reconcile;

import dev.vl3mesh.bridge.watch.Change;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;

/// Objects that are to be looked at again at a time, each at the earliest time that was asked for. Used by one thread.
final class Timers {
    private record Due(Instant at, Change change) {}

    private final PriorityQueue<Due> queue = new PriorityQueue<>(Comparator.comparing(Due::at));
    private final Map<Change, Instant> earliest = new HashMap<>();

    void at(Instant at, Change change) {
        Instant known = earliest.get(change);
        if (known == null || at.isBefore(known)) {
            earliest.put(change, at);
            queue.add(new Due(at, change));
        }
    }

    /// Takes those whose time has come.
    List<Change> due(Instant now) {
        List<Change> due = new ArrayList<>();
        while (!queue.isEmpty() && !queue.peek().at().isAfter(now)) {
            Due head = queue.remove();
            if (earliest.remove(head.change(), head.at())) {
                due.add(head.change());
            }
        }
        return due;
    }

    /// The time of the next one.
    Optional<Instant> next() {
        return Optional.ofNullable(queue.peek()).map(Due::at);
    }
}
