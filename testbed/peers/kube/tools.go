//go:build tools

// Istio's programs are built from this module too: they share most of their packages with Kubernetes', and compile in a third of the time.
package tools

import (
	_ "istio.io/istio/pilot/cmd/pilot-agent"
	_ "istio.io/istio/pilot/cmd/pilot-discovery"
)
