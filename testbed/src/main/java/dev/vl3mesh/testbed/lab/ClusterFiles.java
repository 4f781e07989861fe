package dev.vl3mesh.testbed.lab;

import dev.vl3mesh.testbed.lab.Topology.ClusterPlan;
import dev.vl3mesh.testbed.lab.Topology.NodePlan;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.KeyPair;
import java.util.Base64;
import java.util.List;

/// Writes the files of a cluster's nodes: certificates, kubeconfigs, configurations. Made once, so that a node
/// that boots again is the same node.
final class ClusterFiles {
    private final LabPaths paths;

    ClusterFiles(LabPaths paths) {
        this.paths = paths;
    }

    /// The state folder of a node.
    Path node(NodePlan node) {
        return paths.state().resolve("nodes").resolve(node.name());
    }

    /// The kubeconfig of the cluster's administrator.
    Path adminKubeconfig(ClusterPlan cluster) {
        return paths.state().resolve(cluster.name() + ".kubeconfig");
    }

    /// Writes all files of a cluster unless they are there, complete.
    void write(ClusterPlan cluster) {
        if (Files.exists(adminKubeconfig(cluster))) {
            return;
        }
        try {
            Pki pki = new Pki();
            KeyPair tokens = Pki.newKeys();
            for (NodePlan node : cluster.nodes()) {
                Path etc = node(node).resolve("etc");
                common(etc, node, pki, cluster);
                if (node.number() == 1) {
                    controlPlane(etc.resolve("kubernetes"), pki, tokens, node);
                }
            }
            // last, because its presence says that all the rest is there
            put(
                    adminKubeconfig(cluster),
                    kubeconfig(cluster.name(), cluster.apiServer(), pki, "O=system:masters,CN=admin"));
        } catch (IOException e) {
            throw new LabException("writing the files of cluster " + cluster.name() + ": " + e.getMessage(), e);
        }
    }

    private static void common(Path etc, NodePlan node, Pki pki, ClusterPlan cluster) throws IOException {
        String api = cluster.apiServer();
        put(
                etc.resolve("passwd"),
                "root:x:0:0:root:/root:/bin/bash\nnobody:x:65534:65534:nobody:/:/usr/sbin/nologin\n");
        put(etc.resolve("group"), "root:x:0:\nnogroup:x:65534:\n");
        put(etc.resolve("hosts"), "127.0.0.1 localhost\n::1 localhost\n" + node.address() + " " + node.name() + "\n");
        put(etc.resolve("nsswitch.conf"), "hosts: files dns\n");
        put(etc.resolve("resolv.conf"), "");
        put(etc.resolve("os-release"), "ID=vl3lab\nPRETTY_NAME=\"vl3mesh lab node\"\n");
        put(etc.resolve("machine-id"), "%032x%n".formatted(node.name().hashCode() & 0xffff_ffffL));
        // nft reads it; without names kube-proxy takes its own entries for foreign ones and services vanish
        put(
                etc.resolve("protocols"),
                "ip 0 IP\nicmp 1 ICMP\ntcp 6 TCP\nudp 17 UDP\nipv6-icmp 58 IPv6-ICMP\nsctp 132 SCTP\n");
        Files.copy(Path.of("/etc/ld.so.cache"), etc.resolve("ld.so.cache"), StandardCopyOption.REPLACE_EXISTING);
        put(etc.resolve("containerd/config.toml"), resource("containerd.toml"));
        put(etc.resolve("cni/net.d/10-pods.conflist"), resource("cni.conflist").replace("${podCidr}", node.podCidr()));
        Path kubernetes = etc.resolve("kubernetes");
        put(kubernetes.resolve("ca.crt"), pki.rootPem());
        put(kubernetes.resolve("kubelet.yaml"), resource("kubelet.yaml"));
        put(kubernetes.resolve("kube-proxy.yaml"), resource("kube-proxy.yaml").replace("${node}", node.name()));
        put(
                kubernetes.resolve("kubelet.kubeconfig"),
                kubeconfig("lab", api, pki, "O=system:nodes,CN=system:node:" + node.name()));
        put(kubernetes.resolve("kube-proxy.kubeconfig"), kubeconfig("lab", api, pki, "CN=system:kube-proxy"));
    }

    private static void controlPlane(Path kubernetes, Pki pki, KeyPair tokens, NodePlan node) throws IOException {
        String api = "https://127.0.0.1:6443";
        put(
                kubernetes.resolve("controller-manager.kubeconfig"),
                kubeconfig("lab", api, pki, "CN=system:kube-controller-manager"));
        put(kubernetes.resolve("scheduler.kubeconfig"), kubeconfig("lab", api, pki, "CN=system:kube-scheduler"));
        identity(
                kubernetes.resolve("apiserver"),
                pki.issue(
                        "CN=kube-apiserver",
                        List.of(
                                "kubernetes",
                                "kubernetes.default",
                                "kubernetes.default.svc",
                                "kubernetes.default.svc.cluster.local",
                                "localhost"),
                        List.of("10.96.0.1", "127.0.0.1", node.address())));
        identity(
                kubernetes.resolve("apiserver-kubelet"),
                pki.issue("O=system:masters,CN=kube-apiserver", List.of(), List.of()));
        put(kubernetes.resolve("tokens.key"), Pki.pem(tokens.getPrivate()));
        put(kubernetes.resolve("tokens.pub"), Pki.pem(tokens.getPublic()));
        put(kubernetes.resolve("audit.yaml"), resource("audit.yaml"));
        put(
                kubernetes.resolve("apiserver.flags"),
                String.join(
                        "\n",
                        "--etcd-servers=http://127.0.0.1:2379",
                        "--advertise-address=" + node.address(),
                        "--service-cluster-ip-range=" + Topology.SERVICE_CIDR,
                        "--authorization-mode=Node,RBAC",
                        "--enable-admission-plugins=NodeRestriction",
                        "--allow-privileged=true",
                        "--client-ca-file=/etc/kubernetes/ca.crt",
                        "--tls-cert-file=/etc/kubernetes/apiserver.crt",
                        "--tls-private-key-file=/etc/kubernetes/apiserver.key",
                        "--kubelet-client-certificate=/etc/kubernetes/apiserver-kubelet.crt",
                        "--kubelet-client-key=/etc/kubernetes/apiserver-kubelet.key",
                        "--kubelet-preferred-address-types=InternalIP",
                        "--service-account-issuer=https://kubernetes.default.svc.cluster.local",
                        "--service-account-key-file=/etc/kubernetes/tokens.pub",
                        "--service-account-signing-key-file=/etc/kubernetes/tokens.key",
                        "--audit-policy-file=/etc/kubernetes/audit.yaml",
                        "--audit-log-path=/var/log/audit.json"));
        put(
                kubernetes.resolve("controller-manager.flags"),
                String.join(
                        "\n",
                        "--kubeconfig=/etc/kubernetes/controller-manager.kubeconfig",
                        "--leader-elect=false",
                        "--allocate-node-cidrs=false",
                        "--cluster-cidr=" + Topology.POD_CIDR,
                        "--service-cluster-ip-range=" + Topology.SERVICE_CIDR,
                        "--root-ca-file=/etc/kubernetes/ca.crt",
                        "--use-service-account-credentials=true",
                        "--service-account-private-key-file=/etc/kubernetes/tokens.key"));
    }

    private static String kubeconfig(String name, String server, Pki pki, String subject) {
        Pki.Identity identity = pki.issue(subject, List.of(), List.of());
        return """
                apiVersion: v1
                kind: Config
                clusters:
                  - name: %1$s
                    cluster: {server: "%2$s", certificate-authority-data: "%3$s"}
                users:
                  - name: %1$s
                    user: {client-certificate-data: "%4$s", client-key-data: "%5$s"}
                contexts:
                  - name: %1$s
                    context: {cluster: %1$s, user: %1$s}
                current-context: %1$s
                """.formatted(
                        name, server, base64(pki.rootPem()), base64(identity.certificate()), base64(identity.key()));
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private static void identity(Path path, Pki.Identity identity) throws IOException {
        put(Path.of(path + ".crt"), identity.certificate());
        put(Path.of(path + ".key"), identity.key());
    }

    /// Writes a file as a whole or not at all: the presence of some says that others are complete.
    static void put(Path file, String content) throws IOException {
        Files.createDirectories(file.getParent());
        // clusters start at once, and share some files
        String own = "." + Thread.currentThread().threadId() + ".draft";
        Path draft = file.resolveSibling(file.getFileName() + own);
        Files.writeString(draft, content);
        Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
    }

    static String resource(String name) {
        try (InputStream stream = ClusterFiles.class.getResourceAsStream(name)) {
            if (stream == null) {
                throw new LabException("the resource " + name + " is missing from the testbed's jar");
            }
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new LabException("reading the resource " + name + ": " + e.getMessage(), e);
        }
    }
}
