package dev.vl3mesh.linux.nft;

import dev.vl3mesh.linux.Errno;
import dev.vl3mesh.linux.LinuxException;
import dev.vl3mesh.linux.netlink.MessageReader;
import dev.vl3mesh.linux.netlink.MessageWriter;
import dev.vl3mesh.linux.netlink.NetlinkConnection;
import dev.vl3mesh.linux.netns.NetworkNamespace;
import dev.vl3mesh.linux.nft.NftSet.Element;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Writes tables into one namespace (`linux/netfilter/nf_tables.h`). Each call is one transaction: packets see all
/// of it or nothing. Safe for threads.
///
/// Keeps one connection open: the kernel waits for a grace period of milliseconds when one is closed after a
/// transaction that took something away. The namespace stays the caller's and must be open while the client is
/// used.
public final class NftClient implements AutoCloseable {
    private static final int SUBSYSTEM = 10 << 8; // NFNL_SUBSYS_NFTABLES
    private static final int BATCH_BEGIN = 0x10;
    private static final int BATCH_END = 0x11;
    private static final int NEWTABLE = 0;
    private static final int GETTABLE = 1;
    private static final int DELTABLE = 2;
    private static final int NEWCHAIN = 3;
    private static final int NEWRULE = 6;
    private static final int NEWSET = 9;
    private static final int NEWSETELEM = 12;
    private static final int DELSETELEM = 14;
    private static final int NEWOBJ = 18;
    private static final int GETOBJ = 19;

    private static final int NLM_F_CREATE = 0x400;
    private static final int NLM_F_APPEND = 0x800;

    private static final int NFPROTO_UNSPEC = 0;
    private static final int NFGENMSG_BYTES = 4;
    private static final int LIST_ELEMENT = 1;
    private static final int OBJECT_COUNTER = 1;
    private static final int ELEMENTS_PER_MESSAGE = 500;

    /// What packets a table sees (`NFPROTO_*`, `linux/netfilter.h`).
    public enum Family {
        /// IPv4 and IPv6.
        INET(1),
        /// ARP.
        ARP(3);

        private final int number;

        Family(int number) {
            this.number = number;
        }
    }

    private final NetworkNamespace namespace;
    private final Family family;
    private @Nullable NetlinkConnection connection;

    /// Makes a client of a namespace's tables of family `inet`.
    public NftClient(NetworkNamespace namespace) {
        this(namespace, Family.INET);
    }

    /// Makes a client of a namespace's tables of one family.
    public NftClient(NetworkNamespace namespace, Family family) {
        this.namespace = namespace;
        this.family = family;
    }

    /// Replaces the table of this name, or makes it. Counters start anew.
    ///
    /// @throws LinuxException if the kernel refuses; then the old table stays as it was
    public void replace(Table table) {
        List<MessageWriter> messages = new ArrayList<>();
        if (exists(table.name())) {
            messages.add(table(DELTABLE, 0, table.name()));
        }
        messages.add(table(NEWTABLE, NLM_F_CREATE, table.name()));
        for (String counter : table.counters()) {
            MessageWriter message = message(NEWOBJ, NLM_F_CREATE, family.number)
                    .attributeText(1, table.name())
                    .attributeText(2, counter)
                    .attributeIntNetwork(3, OBJECT_COUNTER);
            messages.add(
                    message.nested(4, () -> message.attributeLongNetwork(1, 0).attributeLongNetwork(2, 0)));
        }
        int id = 0;
        for (NftSet set : table.sets()) {
            messages.add(message(NEWSET, NLM_F_CREATE, family.number)
                    .attributeText(1, table.name())
                    .attributeText(2, set.name())
                    .attributeIntNetwork(3, 0)
                    .attributeIntNetwork(4, set.kind().type)
                    .attributeIntNetwork(5, set.kind().bytes)
                    .attributeIntNetwork(10, ++id)
                    .attribute(13, new byte[] {0, 4, (byte) set.kind().byteOrder, 0, 0, 0}));
            messages.addAll(elements(NEWSETELEM, NLM_F_CREATE, table.name(), set.name(), set.elements()));
        }
        for (Chain chain : table.chains()) {
            messages.add(chain(table.name(), chain));
            chain.rules().forEach(rule -> messages.add(rule(table.name(), chain.name(), rule)));
        }
        transact(messages, "nft replace table", table.name());
    }

    /// Deletes a table. Not an error where there is none.
    public void delete(String table) {
        if (exists(table)) {
            transact(List.of(table(DELTABLE, 0, table)), "nft delete table", table);
        }
    }

    /// Adds elements to a set; those that are there already stay.
    public void addElements(String table, String set, List<Element> elements) {
        addElements(table, Map.of(set, elements));
    }

    /// Adds elements to several sets at once; those that are there already stay.
    ///
    /// @param elements by the name of the set
    public void addElements(String table, Map<String, List<Element>> elements) {
        List<MessageWriter> messages = new ArrayList<>();
        elements.forEach((set, some) -> messages.addAll(elements(NEWSETELEM, NLM_F_CREATE, table, set, some)));
        if (!messages.isEmpty()) {
            transact(messages, "nft add elements", table + " " + elements.keySet());
        }
    }

    /// Removes elements of a set; those that are gone already are no error.
    public void removeElements(String table, String set, List<Element> elements) {
        for (Element element : elements) { // one by one: a missing one would undo the others of its transaction
            try {
                transact(
                        elements(DELSETELEM, 0, table, set, List.of(element)), "nft delete element", table + " " + set);
            } catch (LinuxException e) {
                if (!e.errno().equals(Errno.ENOENT)) {
                    throw e;
                }
            }
        }
    }

    /// Whether a table of this name is there.
    public boolean exists(String table) {
        return dump(message(GETTABLE, 0, family.number), "tables").stream()
                .anyMatch(reader -> reader.text(1).equals(Optional.of(table)));
    }

    /// The packets counted by the named counters of a table.
    public Map<String, Long> counters(String table) {
        MessageWriter request = message(GETOBJ, 0, family.number).attributeText(1, table);
        Map<String, Long> counters = new TreeMap<>();
        for (MessageReader reader : dump(request, "counters of " + table)) {
            Optional<Long> packets = reader.nested(4)
                    .flatMap(data -> data.bytes(2))
                    .map(bytes -> ByteBuffer.wrap(bytes).getLong());
            if (reader.text(1).equals(Optional.of(table)) && packets.isPresent()) {
                reader.text(2).ifPresent(name -> counters.put(name, packets.get()));
            }
        }
        return counters;
    }

    private synchronized List<MessageReader> dump(MessageWriter request, String subject) {
        return connection().dump(request, NFGENMSG_BYTES, subject);
    }

    private NetlinkConnection connection() {
        NetlinkConnection open = connection;
        if (open == null) {
            open = NetlinkConnection.open(namespace, NetlinkConnection.NETFILTER);
            connection = open;
        }
        return open;
    }

    private static MessageWriter message(int type, int flags, int family) {
        return new MessageWriter(SUBSYSTEM | type, flags)
                .putByte(family)
                .putByte(0)
                .putShort(0);
    }

    private static MessageWriter mark(int type) {
        // res_id names the subsystem, in network order
        return new MessageWriter(type, 0)
                .putByte(NFPROTO_UNSPEC)
                .putByte(0)
                .putByte(0)
                .putByte(SUBSYSTEM >> 8);
    }

    private MessageWriter table(int type, int flags, String name) {
        return message(type, flags, family.number).attributeText(1, name);
    }

    private MessageWriter chain(String table, Chain chain) {
        MessageWriter message = message(NEWCHAIN, NLM_F_CREATE, family.number)
                .attributeText(1, table)
                .attributeText(3, chain.name());
        return message.nested(
                        4,
                        () -> message.attributeIntNetwork(1, chain.hook().number)
                                .attributeIntNetwork(2, chain.priority()))
                .attributeText(7, chain.type());
    }

    private MessageWriter rule(String table, String chain, Rule rule) {
        MessageWriter message = message(NEWRULE, NLM_F_CREATE | NLM_F_APPEND, family.number)
                .attributeText(1, table)
                .attributeText(2, chain);
        return message.nested(4, () -> {
            for (Expression expression : rule.expressions()) {
                message.nested(
                        LIST_ELEMENT,
                        () -> message.attributeText(1, expression.name()).nested(2, () -> expression.write(message)));
            }
        });
    }

    private List<MessageWriter> elements(int type, int flags, String table, String set, List<Element> elements) {
        List<MessageWriter> messages = new ArrayList<>();
        for (int start = 0; start < elements.size(); start += ELEMENTS_PER_MESSAGE) {
            List<Element> part = elements.subList(start, Math.min(elements.size(), start + ELEMENTS_PER_MESSAGE));
            MessageWriter message =
                    message(type, flags, family.number).attributeText(1, table).attributeText(2, set);
            messages.add(message.nested(3, () -> {
                for (Element element : part) {
                    message.nested(
                            LIST_ELEMENT,
                            () -> message.nested(1, () -> message.attribute(Expression.DATA_VALUE, element.bytes())));
                }
            }));
        }
        return messages;
    }

    private synchronized void transact(List<MessageWriter> messages, String operation, String subject) {
        try {
            connection().transact(mark(BATCH_BEGIN), messages, mark(BATCH_END), operation, subject);
        } catch (LinuxException e) {
            close(); // late answers to a failed transaction meet nobody
            throw e;
        }
    }

    /// Closes the connection; a later call opens another.
    @Override
    public synchronized void close() {
        if (connection != null) {
            connection.close();
            connection = null;
        }
    }
}
