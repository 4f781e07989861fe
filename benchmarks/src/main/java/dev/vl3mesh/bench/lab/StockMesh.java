package dev.vl3mesh.bench.lab;

import dev.vl3mesh.testbed.istio.IstioInstallation;
import dev.vl3mesh.testbed.lab.Kubectl;
import dev.vl3mesh.testbed.lab.Lab;
import dev.vl3mesh.testbed.lab.LabCluster;
import io.fabric8.kubernetes.api.model.LoadBalancerIngressBuilder;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Istio's own way over clusters that don't reach each other's pods: multi-primary on different networks.
/// An istiod in each cluster under one root, each with the other's credentials, and a gateway in each that
/// passes TLS through by its SNI.
///
/// See istio.io/latest/docs/setup/install/multicluster/multi-primary_multi-network/
final class StockMesh implements AutoCloseable {
    private static final String NAMESPACE = "istio-system";
    private static final String NETWORK = "topology.istio.io/network";
    private static final int GATEWAY_PORT = 15_443;

    private final Lab lab;
    private final Kubectl kubectl;
    private final IstioInstallation istio;

    StockMesh(Lab lab, Kubectl kubectl, IstioInstallation istio) {
        this.lab = lab;
        this.kubectl = kubectl;
        this.istio = istio;
    }

    /// Installs all of it, and waits until it is ready.
    void install() {
        Map<String, String> root = new TreeMap<>();
        for (LabCluster cluster : lab.clusters()) {
            String name = cluster.name();
            kubectl.run(name, "label", "namespace", NAMESPACE, NETWORK + "=" + name, "--overwrite");
            try (KubernetesClient client = cluster.client()) {
                if (!root.isEmpty()) {
                    client.resource(secret("cacerts", Map.of(), Map.of(), root)).create();
                }
                istio.installLocal(
                        name,
                        "global.meshID=bench",
                        "global.hub=vl3mesh",
                        "global.tag=dev",
                        "global.proxy.image=proxyv2",
                        "global.multiCluster.clusterName=" + name,
                        "global.network=" + name);
                if (root.isEmpty()) {
                    root.putAll(root(client));
                }
                gateway(client, cluster);
            }
        }
        for (LabCluster cluster : lab.clusters()) {
            lab.clusters().stream().filter(other -> other != cluster).forEach(other -> trust(cluster, other));
        }
        for (LabCluster cluster : lab.clusters()) {
            kubectl.run(
                    cluster.name(), "-n", NAMESPACE, "rollout", "status", "deploy/eastwestgateway", "--timeout=120s");
        }
    }

    /// What the first istiod has made for itself, as others are told it.
    private static Map<String, String> root(KubernetesClient client) {
        Secret own = client.secrets()
                .inNamespace(NAMESPACE)
                .withName("istio-ca-secret")
                .require();
        Map<String, String> root = new TreeMap<>();
        root.put("ca-key.pem", own.getData().get("ca-key.pem"));
        for (String name : List.of("ca-cert.pem", "root-cert.pem", "cert-chain.pem")) {
            root.put(name, own.getData().get("ca-cert.pem"));
        }
        return root;
    }

    private static void gateway(KubernetesClient client, LabCluster cluster) {
        String text = MeshSide.text("east-west-gateway.yaml").replace("${network}", cluster.name());
        MeshSide.items(client, text).forEach(item -> client.resource(item).serverSideApply());
        // the lab has nobody who gives addresses to load balancers: the node's own is one that reaches it
        client.services().inNamespace(NAMESPACE).withName("eastwestgateway").editStatus(service -> {
            String node = cluster.nodePort(GATEWAY_PORT);
            service.getStatus()
                    .getLoadBalancer()
                    .setIngress(List.of(new LoadBalancerIngressBuilder()
                            .withIp(node.substring(0, node.lastIndexOf(':')))
                            .build()));
            return service;
        });
    }

    /// Hands a cluster the credentials of another.
    private static void trust(LabCluster cluster, LabCluster other) {
        String credentials =
                Base64.getEncoder().encodeToString(other.kubeconfig().getBytes(StandardCharsets.UTF_8));
        try (KubernetesClient client = cluster.client()) {
            client.resource(secret(
                            "istio-remote-secret-" + other.name(),
                            Map.of("istio/multiCluster", "true"),
                            Map.of("networking.istio.io/cluster", other.name()),
                            Map.of(other.name(), credentials)))
                    .create();
        }
    }

    private static Secret secret(
            String name, Map<String, String> labels, Map<String, String> annotations, Map<String, String> data) {
        return new SecretBuilder()
                .withNewMetadata()
                .withName(name)
                .withNamespace(NAMESPACE)
                .withLabels(labels)
                .withAnnotations(annotations)
                .endMetadata()
                .withData(data)
                .build();
    }

    @Override
    public void close() {
        for (LabCluster cluster : lab.clusters()) {
            istio.uninstallLocal(cluster.name());
            String name = cluster.name();
            kubectl.run(
                    name,
                    "-n",
                    NAMESPACE,
                    "delete",
                    "deploy,svc,gateways.networking.istio.io",
                    "eastwestgateway",
                    "--ignore-not-found");
            kubectl.run(name, "-n", NAMESPACE, "delete", "secret", "cacerts", "istio-ca-secret", "--ignore-not-found");
            kubectl.run(name, "-n", NAMESPACE, "delete", "secret", "-l", "istio/multiCluster=true");
            kubectl.run(name, "label", "namespace", NAMESPACE, NETWORK + "-");
        }
    }
}
