/// Names: each domain's zone, answered on the domain's gateway addresses; every other name goes on to the
/// cluster's DNS.
@NullMarked
package dev.vl3mesh.agent.dns;

import org.jspecify.annotations.NullMarked;
