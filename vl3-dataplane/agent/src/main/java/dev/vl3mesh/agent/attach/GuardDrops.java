package dev.vl3mesh.agent.attach;

import dev.vl3mesh.linux.LinuxException;
import dev.vl3mesh.linux.netns.NetworkNamespace;
import dev.vl3mesh.linux.netns.NodeMounts;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What the guards of a room's pods have dropped, all together. It only grows: what a pod's guard had counted stays
/// when the pod goes. Reading enters every pod's namespace, so it is done now and then, and nobody who attaches waits
/// for it. Safe for threads.
final class GuardDrops {
    private static final Logger log = LoggerFactory.getLogger(GuardDrops.class);
    private static final long FRESH_NANOS = 5_000_000_000L;

    private final NodeMounts mounts;
    private final Map<PodLink, Map<DropReason, Long>> seen = new HashMap<>();
    private final Map<DropReason, Long> total = new EnumMap<>(DropReason.class);
    private boolean read;
    private long readNanos;

    GuardDrops(NodeMounts mounts) {
        this.mounts = mounts;
    }

    /// Counts a pod's guard from now on.
    synchronized void add(PodLink link) {
        seen.putIfAbsent(link, Map.of());
    }

    /// Forgets a pod whose guard is gone.
    synchronized void remove(PodLink link) {
        seen.remove(link);
    }

    /// Packets dropped so far, at most five seconds old.
    ///
    /// @param nowNanos of [System#nanoTime]
    Map<DropReason, Long> totals(long nowNanos) {
        for (PodLink link : due(nowNanos)) {
            try (NetworkNamespace pod = mounts.open(link.networkNamespace())) {
                take(link, PodGuard.drops(link, pod));
            } catch (LinuxException e) {
                log.debug("{}: {} is going: {}", link.domain(), link.pod(), e.getMessage());
            }
        }
        synchronized (this) {
            return new EnumMap<>(total);
        }
    }

    private synchronized List<PodLink> due(long nowNanos) {
        if (read && nowNanos - readNanos < FRESH_NANOS) {
            return List.of();
        }
        read = true;
        readNanos = nowNanos;
        for (DropReason reason : PodGuard.REASONS) {
            total.putIfAbsent(reason, 0L);
        }
        return new ArrayList<>(seen.keySet());
    }

    private synchronized void take(PodLink link, Map<DropReason, Long> now) {
        Map<DropReason, Long> before = seen.replace(link, now);
        if (before == null) {
            return; // detached meanwhile
        }
        now.forEach((reason, packets) -> {
            long last = before.getOrDefault(reason, 0L);
            // a guard that was written anew counts from zero
            total.merge(reason, packets < last ? packets : packets - last, Long::sum);
        });
    }
}
