//go:build tools

// Package tools names the programs that are built from this module's requirements.
package tools

import (
	_ "helm.sh/helm/v3/cmd/helm"
)
