package dev.vl3mesh.model.domain;

import dev.vl3mesh.model.Carrier;
import dev.vl3mesh.model.DomainName;
import dev.vl3mesh.model.address.AddressPlan;
import dev.vl3mesh.model.address.IpAddress;
import dev.vl3mesh.model.address.IpPrefix;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// Says why a domain can't be as it is written, each time with what to write instead. Admission asks before a domain
/// is stored; the controller asks again, since what surrounds the domain changes, and admission may have been away.
public final class DomainRules {
    private DomainRules() {}

    /// A domain as a user wrote it, unread.
    ///
    /// @param carrier a word of [Carrier]
    public record Written(String name, List<String> prefixes, String carrier) {
        /// Makes immutable copies.
        public Written {
            prefixes = List.copyOf(prefixes);
        }
    }

    /// Addresses that mean something else in the cluster.
    ///
    /// @param meaning whose they are, such as `the pods of node east-1`
    public record ClusterRange(IpPrefix prefix, String meaning) {}

    /// Another domain that meets the judged one in a pod.
    ///
    /// @param meeting where, such as `namespace shop`
    public record Neighbour(DomainName name, List<IpPrefix> prefixes, String meeting) {
        /// Makes immutable copies.
        public Neighbour {
            prefixes = List.copyOf(prefixes);
        }
    }

    /// Addresses that a pod of the domain has.
    ///
    /// @param holder such as `pod shop/web-0`
    public record Held(List<IpAddress> addresses, String holder) {
        /// Makes immutable copies.
        public Held {
            addresses = List.copyOf(addresses);
        }
    }

    /// What the rules need to know of the cluster.
    ///
    /// @param inForce the prefixes that pods, leases and routes go by now; empty for a new domain
    /// @param ranges addresses that the domain would hide from its pods
    /// @param neighbours domains that meet it in a pod; others may overlap it freely
    /// @param held addresses in use
    public record Surroundings(
            List<IpPrefix> inForce, List<ClusterRange> ranges, List<Neighbour> neighbours, List<Held> held) {
        /// Nothing known: what remains are the rules of the domain on its own.
        public static final Surroundings NONE = new Surroundings(List.of(), List.of(), List.of(), List.of());

        /// Makes immutable copies.
        public Surroundings {
            inForce = List.copyOf(inForce);
            ranges = List.copyOf(ranges);
            neighbours = List.copyOf(neighbours);
            held = List.copyOf(held);
        }
    }

    /// Returns every reason to refuse the domain, as sentences for its author; empty where it is acceptable.
    public static List<String> refusals(Written domain, Surroundings around) {
        List<String> refusals = new ArrayList<>();
        try {
            var _ = new DomainName(domain.name());
        } catch (IllegalArgumentException e) {
            refusals.add(String.valueOf(e.getMessage()));
        }
        carrierRefusal(domain.carrier()).ifPresent(refusals::add);
        List<IpPrefix> prefixes = new ArrayList<>();
        List<String> unread = new ArrayList<>();
        for (String text : domain.prefixes()) {
            try {
                prefixes.add(IpPrefix.parse(text));
            } catch (IllegalArgumentException e) {
                unread.add(String.valueOf(e.getMessage()));
            }
        }
        refusals.addAll(unread);
        refusals.addAll(AddressPlan.problems(prefixes));
        refusals.addAll(collisions(prefixes, around));
        if (unread.isEmpty() && AddressPlan.problems(prefixes).isEmpty()) {
            refusals.addAll(changeRefusals(prefixes, around));
        }
        return List.copyOf(refusals);
    }

    /// Returns why these domains can't be in one pod together: they overlap, or share a slot.
    ///
    /// @param meeting where they meet, such as `pod shop/web-0`
    public static List<String> meetingRefusals(List<Meeting> domains, String meeting) {
        List<String> refusals = new ArrayList<>();
        for (int i = 0; i < domains.size(); i++) {
            Meeting one = domains.get(i);
            for (Meeting other : domains.subList(i + 1, domains.size())) {
                refusals.addAll(overlaps(one.prefixes(), new Neighbour(other.name(), other.prefixes(), meeting)));
                if (one.slot() == other.slot()) {
                    refusals.add("domains " + one.name() + " and " + other.name() + " have the same slot " + one.slot()
                            + " and can't meet in " + meeting + ": make one of them anew, it gets a free slot");
                }
            }
        }
        return List.copyOf(refusals);
    }

    /// A domain that a pod would be in.
    public record Meeting(DomainName name, List<IpPrefix> prefixes, int slot) {
        /// Makes immutable copies.
        public Meeting {
            prefixes = List.copyOf(prefixes);
        }
    }

    private static Optional<String> carrierRefusal(String word) {
        return Carrier.parse(word).isPresent()
                ? Optional.empty()
                : Optional.of("carrier '" + word + "' is unknown: write auto, vxlan, wireguard or wireguard-userspace");
    }

    private static List<String> collisions(List<IpPrefix> prefixes, Surroundings around) {
        List<String> refusals = new ArrayList<>();
        for (IpPrefix prefix : prefixes) {
            for (ClusterRange range : around.ranges()) {
                if (prefix.overlaps(range.prefix())) {
                    refusals.add("prefix " + prefix + " overlaps " + range.prefix() + ", " + range.meaning()
                            + ", which the domain's pods could not reach any more: choose another prefix");
                }
            }
        }
        around.neighbours().forEach(neighbour -> refusals.addAll(overlaps(prefixes, neighbour)));
        return refusals;
    }

    private static List<String> overlaps(List<IpPrefix> prefixes, Neighbour neighbour) {
        List<String> refusals = new ArrayList<>();
        for (IpPrefix prefix : prefixes) {
            for (IpPrefix theirs : neighbour.prefixes()) {
                if (prefix.overlaps(theirs)) {
                    refusals.add("prefix " + prefix + " overlaps " + theirs + " of domain " + neighbour.name()
                            + ", and both domains meet in " + neighbour.meeting()
                            + ": choose another prefix, or keep the two domains' pods apart");
                }
            }
        }
        return refusals;
    }

    /// Leases and addresses are numbered by the prefixes' order: only what is appended leaves the numbers alone.
    private static List<String> changeRefusals(List<IpPrefix> prefixes, Surroundings around) {
        List<IpPrefix> inForce = around.inForce();
        boolean appended = prefixes.size() >= inForce.size()
                && prefixes.subList(0, inForce.size()).equals(inForce);
        if (!appended && !around.held().isEmpty()) {
            return List.of(
                    "prefixes " + inForce + " are in force and " + around.held().size()
                            + " pods hold addresses of them, "
                            + around.held().getFirst().holder() + " for one: keep these"
                            + " prefixes in this order and append new ones, or end the domain's pods first");
        }
        AddressPlan plan = AddressPlan.of(prefixes);
        List<Held> outside =
                around.held().stream().filter(held -> !fits(plan, held)).toList();
        if (outside.isEmpty()) {
            return List.of();
        }
        Held one = outside.getFirst();
        boolean family = plan.indexOf(one.addresses().getFirst()).isPresent();
        return List.of(
                family
                        ? one.holder() + " holds " + one.addresses() + " and would miss an address of the other family,"
                                + " as " + (outside.size() - 1) + " further pods would: make a new domain for both"
                                + " families, or end this one's pods first"
                        : "the pool is too small for what is in use: " + outside.size() + " pods hold addresses"
                                + " outside of " + prefixes + ", such as " + one.addresses() + " of " + one.holder()
                                + ": append a prefix that holds them, or end these pods first");
    }

    private static boolean fits(AddressPlan plan, Held held) {
        OptionalInt index = plan.indexOf(held.addresses().getFirst());
        return index.isPresent()
                && plan.allocatable(index.getAsInt())
                && plan.addresses(index.getAsInt()).equals(held.addresses());
    }
}
