package dev.vl3mesh.bridge.reconcile;

import dev.vl3mesh.api.v1alpha1.AddressBlock;
import dev.vl3mesh.api.v1alpha1.Attachment;
import dev.vl3mesh.api.v1alpha1.Domain;
import dev.vl3mesh.model.plan.ConfigName;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
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

    static ConfigName nameOf(GenericKubernetesResource config) {
        String apiVersion = config.getApiVersion();
        return new ConfigName(
                apiVersion.substring(0, apiVersion.indexOf('/')),
                config.getKind(),
                config.getMetadata().getNamespace(),
                config.getMetadata().getName());
    }

    @SuppressWarnings("ReferenceEquality") // what is stored is replaced, never changed
    static <K, T> List<T> different(Map<K, T> before, Map<K, T> now) {
        List<T> different = new ArrayList<>();
        now.forEach((key, value) -> {
            if (before.get(key) != value) {
                different.add(value);
            }
        });
        before.forEach((key, value) -> {
            if (!now.containsKey(key)) {
                different.add(value);
            }
        });
        return different;
    }
}
