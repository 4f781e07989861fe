package dev.vl3mesh.linux.nft;

import dev.vl3mesh.linux.netlink.MessageWriter;

/// One instruction of a rule (`linux/netfilter/nf_tables.h`): loads a register, compares it, or decides.
@SuppressWarnings("ArrayRecordComponent") // values are written, never compared
sealed interface Expression {
    int REGISTER_1 = 1;
    int REGISTER_2 = 2;
    int DATA_VALUE = 1;
    int DATA_VERDICT = 2;

    /// The kernel's name of the instruction.
    String name();

    /// Writes its attributes.
    void write(MessageWriter out);

    /// Loads a property of the packet.
    record Meta(int key, int register) implements Expression {
        static final int IIFNAME = 6;
        static final int OIFNAME = 7;
        static final int SKUID = 10;
        static final int NFPROTO = 15;
        static final int L4PROTO = 16;

        @Override
        public String name() {
            return "meta";
        }

        @Override
        public void write(MessageWriter out) {
            out.attributeIntNetwork(1, register).attributeIntNetwork(2, key);
        }
    }

    /// Loads bytes of the packet.
    record Payload(int base, int offset, int length, int register) implements Expression {
        static final int LINK = 0;
        static final int NETWORK = 1;
        static final int TRANSPORT = 2;

        @Override
        public String name() {
            return "payload";
        }

        @Override
        public void write(MessageWriter out) {
            out.attributeIntNetwork(1, register)
                    .attributeIntNetwork(2, base)
                    .attributeIntNetwork(3, offset)
                    .attributeIntNetwork(4, length);
        }
    }

    /// Loads 1 if the packet's source has a route through the interface that it came by, else 0.
    record SourceHasRouteBack() implements Expression {
        /// `NFTA_FIB_F_SADDR | NFTA_FIB_F_IIF | NFTA_FIB_F_PRESENT`
        private static final int FLAGS = 1 | 8 | 32;

        private static final int RESULT_INTERFACE = 1;

        @Override
        public String name() {
            return "fib";
        }

        @Override
        public void write(MessageWriter out) {
            out.attributeIntNetwork(1, REGISTER_1)
                    .attributeIntNetwork(2, RESULT_INTERFACE)
                    .attributeIntNetwork(3, FLAGS);
        }
    }

    /// Goes on only if register 1 compares so.
    record Compare(int operation, byte[] value) implements Expression {
        static final int EQUAL = 0;
        static final int NOT_EQUAL = 1;

        @Override
        public String name() {
            return "cmp";
        }

        @Override
        public void write(MessageWriter out) {
            out.attributeIntNetwork(1, REGISTER_1)
                    .attributeIntNetwork(2, operation)
                    .nested(3, () -> out.attribute(DATA_VALUE, value));
        }
    }

    /// Goes on only if register 1 lies between two values, both included.
    record Between(byte[] from, byte[] to) implements Expression {
        @Override
        public String name() {
            return "range";
        }

        @Override
        public void write(MessageWriter out) {
            out.attributeIntNetwork(1, REGISTER_1)
                    .attributeIntNetwork(2, 0)
                    .nested(3, () -> out.attribute(DATA_VALUE, from))
                    .nested(4, () -> out.attribute(DATA_VALUE, to));
        }
    }

    /// Keeps some bits of register 1.
    record Mask(byte[] mask) implements Expression {
        @Override
        public String name() {
            return "bitwise";
        }

        @Override
        public void write(MessageWriter out) {
            out.attributeIntNetwork(1, REGISTER_1)
                    .attributeIntNetwork(2, REGISTER_1)
                    .attributeIntNetwork(3, mask.length)
                    .nested(4, () -> out.attribute(DATA_VALUE, mask))
                    .nested(5, () -> out.attribute(DATA_VALUE, new byte[mask.length]));
        }
    }

    /// Goes on only if what is loaded is, or is not, in a set.
    record Lookup(String set, boolean inverted) implements Expression {
        @Override
        public String name() {
            return "lookup";
        }

        @Override
        public void write(MessageWriter out) {
            out.attributeText(1, set).attributeIntNetwork(2, REGISTER_1);
            if (inverted) {
                out.attributeIntNetwork(5, 1);
            }
        }
    }

    /// Counts in a named counter.
    record CountIn(String counter) implements Expression {
        static final int TYPE_COUNTER = 1;

        @Override
        public String name() {
            return "objref";
        }

        @Override
        public void write(MessageWriter out) {
            out.attributeIntNetwork(1, TYPE_COUNTER).attributeText(2, counter);
        }
    }

    /// Decides.
    record Verdict(int code) implements Expression {
        static final int DROP = 0;
        static final int ACCEPT = 1;
        static final int RETURN = -5;

        @Override
        public String name() {
            return "immediate";
        }

        @Override
        public void write(MessageWriter out) {
            out.attributeIntNetwork(1, 0)
                    .nested(2, () -> out.nested(DATA_VERDICT, () -> out.attributeIntNetwork(1, code)));
        }
    }

    /// Loads a value.
    record Load(byte[] value) implements Expression {
        @Override
        public String name() {
            return "immediate";
        }

        @Override
        public void write(MessageWriter out) {
            out.attributeIntNetwork(1, REGISTER_1).nested(2, () -> out.attribute(DATA_VALUE, value));
        }
    }

    /// Redirects the flow to the port in register 1 of this host.
    record Redirect() implements Expression {
        @Override
        public String name() {
            return "redir";
        }

        @Override
        public void write(MessageWriter out) {
            out.attributeIntNetwork(1, REGISTER_1).attributeIntNetwork(2, REGISTER_1);
        }
    }

    /// Sends the flow to the address in register 1.
    ///
    /// @param family `NFPROTO_IPV4` or `NFPROTO_IPV6`
    record DestinationNat(int family) implements Expression {
        private static final int NFT_NAT_DNAT = 1;

        @Override
        public String name() {
            return "nat";
        }

        @Override
        public void write(MessageWriter out) {
            out.attributeIntNetwork(1, NFT_NAT_DNAT)
                    .attributeIntNetwork(2, family)
                    .attributeIntNetwork(3, REGISTER_1);
        }
    }

    /// Answers a TCP segment with a reset.
    record RejectWithReset() implements Expression {
        @Override
        public String name() {
            return "reject";
        }

        @Override
        public void write(MessageWriter out) {
            out.attributeIntNetwork(1, 1).attributeByte(2, 0);
        }
    }

    /// Loads the MSS that fits the route's MTU, in the machine's order.
    record RouteMss() implements Expression {
        @Override
        public String name() {
            return "rt";
        }

        @Override
        public void write(MessageWriter out) {
            out.attributeIntNetwork(1, REGISTER_1).attributeIntNetwork(2, 3);
        }
    }

    /// Turns 16 bits of register 1 into network order.
    record ToNetworkOrder() implements Expression {
        @Override
        public String name() {
            return "byteorder";
        }

        @Override
        public void write(MessageWriter out) {
            out.attributeIntNetwork(1, REGISTER_1)
                    .attributeIntNetwork(2, REGISTER_1)
                    .attributeIntNetwork(3, 1)
                    .attributeIntNetwork(4, 2)
                    .attributeIntNetwork(5, 2);
        }
    }

    /// Writes register 1 into the TCP option "maximum segment size" (RFC 9293, 3.2), which the kernel only
    /// ever lowers.
    record SetMss() implements Expression {
        @Override
        public String name() {
            return "exthdr";
        }

        @Override
        public void write(MessageWriter out) {
            out.attributeByte(2, 2)
                    .attributeIntNetwork(3, 2)
                    .attributeIntNetwork(4, 2)
                    .attributeIntNetwork(6, 1)
                    .attributeIntNetwork(7, REGISTER_1);
        }
    }
}
