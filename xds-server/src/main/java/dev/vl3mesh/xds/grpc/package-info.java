/// The state machines of [dev.vl3mesh.xds.stream] bound to gRPC calls, which client and server have in common.
@NullMarked
package dev.vl3mesh.xds.grpc;

import org.jspecify.annotations.NullMarked;
