package dev.vl3mesh.bridge.reconcile;

import dev.vl3mesh.api.v1alpha1.AddressBlock;
import dev.vl3mesh.api.v1alpha1.Attachment;
import dev.vl3mesh.api.v1alpha1.Domain;
import dev.vl3mesh.model.plan.ConfigName;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/// The objects of one moment.
final class MemoryState {
    final Map<String, Domain> domains = new TreeMap<>();
    final Map<String, Attachment> attachments = new TreeMap<>();
    final Map<String, AddressBlock> blocks = new TreeMap<>();
    final Map<String, Pod> pods = new TreeMap<>();
    final Map<String, Node> nodes = new TreeMap<>();
    final Map<String, Namespace> namespaces = new TreeMap<>();
    final Map<ConfigName, GenericKubernetesResource> configs = new HashMap<>();

    MemoryState copy() {
        MemoryState copy = new MemoryState();
        copy.domains.putAll(domains);
        copy.attachments.putAll(attachments);
        copy.blocks.putAll(blocks);
        copy.pods.putAll(pods);
        copy.nodes.putAll(nodes);
        copy.namespaces.putAll(namespaces);
        copy.configs.putAll(configs);
        return copy;
    }
}
