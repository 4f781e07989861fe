//go:build tools

// Package tools names the programs that are built from this module's requirements.
package tools

import _ "golang.zx2c4.com/wireguard"
