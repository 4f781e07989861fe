package dev.vl3mesh.testbed.istio;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Volume;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What an injector has made of a sidecar, in single facts that can be compared: `<what>/<which>` to a value.
final class InjectedSidecar {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String PROXY_CONFIG = "PROXY_CONFIG";

    private final SortedMap<String, String> facts = new TreeMap<>();
    private final Pod pod;
    private final Container container;
    private final Map<String, String> names;

    private InjectedSidecar(Pod pod, String name, Map<String, String> names) {
        this.pod = pod;
        this.names = names;
        this.container = Stream.concat(
                        pod.getSpec().getInitContainers().stream(), pod.getSpec().getContainers().stream())
                .filter(one -> one.getName().equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError("the pod has no container " + name));
    }

    /// @param name of the container
    /// @param names what is to be read for what, such as one mesh's trust domain for another's
    static SortedMap<String, String> facts(Pod pod, String name, Map<String, String> names) {
        InjectedSidecar sidecar = new InjectedSidecar(pod, name, names);
        sidecar.collect();
        return sidecar.facts;
    }

    private void collect() {
        put("image", container.getImage());
        put("restartPolicy", container.getRestartPolicy());
        arguments();
        container.getEnv().forEach(one -> {
            if (one.getName().equals(PROXY_CONFIG)) {
                flatten("proxyConfig", parsed(one.getValue()));
            } else if (one.getValueFrom() == null) {
                put("env/" + one.getName(), one.getValue());
            } else {
                flatten("env/" + one.getName(), one.getValueFrom());
            }
        });
        flatten("ports", container.getPorts());
        flatten("probe/startup", container.getStartupProbe());
        flatten("probe/readiness", container.getReadinessProbe());
        flatten("lifecycle", container.getLifecycle());
        flatten("resources", container.getResources());
        flatten("security", container.getSecurityContext());
        container.getVolumeMounts().forEach(mount -> {
            put("mount" + mount.getMountPath() + " readOnly", String.valueOf(mount.getReadOnly()));
            flatten("mount" + mount.getMountPath(), volume(mount.getName()));
        });
        pod.getMetadata().getLabels().forEach((key, value) -> put("label/" + key, value));
    }

    /// Each option with its value; what has none is one.
    private void arguments() {
        String option = "";
        for (String argument : container.getArgs()) {
            int equals = argument.indexOf('=');
            if (argument.startsWith("--") && equals > 0) {
                put("arg/" + argument.substring(0, equals), argument.substring(equals + 1));
            } else if (argument.startsWith("--")) {
                option = argument;
            } else {
                put("arg/" + option, argument);
            }
        }
    }

    /// Without its name, which only this pod knows.
    private JsonNode volume(String name) {
        Volume found = pod.getSpec().getVolumes().stream()
                .filter(volume -> volume.getName().equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError("the pod has no volume " + name));
        JsonNode tree = JSON.valueToTree(found);
        ((ObjectNode) tree).remove("name");
        return tree;
    }

    private void flatten(String what, @Nullable Object value) {
        flatten(what, JSON.<JsonNode>valueToTree(value));
    }

    private void flatten(String what, JsonNode node) {
        if (node.isObject()) {
            node.properties().forEach(entry -> flatten(what + "/" + entry.getKey(), entry.getValue()));
        } else if (node.isArray()) {
            for (int i = 0; i < node.size(); i++) {
                flatten(what + "/" + i, node.get(i));
            }
        } else {
            put(what, node.asText());
        }
    }

    private void put(String what, @Nullable String value) {
        String text = String.valueOf(value);
        for (Map.Entry<String, String> name : names.entrySet()) {
            text = text.replace(name.getKey(), name.getValue());
        }
        if (!text.isEmpty() && !text.equals("null")) {
            facts.put(what, text);
        }
    }

    private static JsonNode parsed(String json) {
        try {
            return JSON.readTree(json);
        } catch (JsonProcessingException e) {
            throw new AssertionError(json, e);
        }
    }
}
