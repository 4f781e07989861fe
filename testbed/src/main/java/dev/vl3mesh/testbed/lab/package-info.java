/// The lab: real Kubernetes clusters, each node a small machine of its own namespaces, joined by an "internet" that
/// routes nodes only.
///
/// ```
///   host ── mgmt ──┐
///                  │            inet (routes 198.18.1.0/24, 198.18.2.0/24, ...; nothing else)
///        ┌─────────┴──────────┐
///     br-east              br-west
///      │    │               │    │
///   east-1 east-2        west-1 west-2      each: containerd, kubelet, kube-proxy; the first also etcd, API server,
/// ...
/// ```
@NullMarked
package dev.vl3mesh.testbed.lab;

import org.jspecify.annotations.NullMarked;
