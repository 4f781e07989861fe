/// Links, addresses, routes, neighbours and forwarding entries by rtnetlink (RFC 3549).
@NullMarked
package dev.vl3mesh.linux.netlink;

import org.jspecify.annotations.NullMarked;
