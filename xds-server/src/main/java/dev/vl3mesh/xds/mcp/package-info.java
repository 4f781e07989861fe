/// MCP over xDS: serves configuration to a control plane that asks for whole sets of it, by type.
@NullMarked
package dev.vl3mesh.xds.mcp;

import org.jspecify.annotations.NullMarked;
