package dev.vl3mesh.injector.admission;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.vl3mesh.injector.allocate.Allocation;
import dev.vl3mesh.model.DomainName;
import dev.vl3mesh.model.address.IpAddress;
import dev.vl3mesh.model.join.Labels;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/// The annotation that tells a pod, and everybody who looks at it, its addresses.
final class Annotations {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final TypeReference<LinkedHashMap<String, List<String>>> SHAPE = new TypeReference<>() {};

    private Annotations() {}

    static String write(Allocation allocation) {
        Map<String, List<String>> shape = new LinkedHashMap<>();
        allocation
                .places()
                .forEach((domain, place) -> shape.put(
                        domain.value(),
                        place.addresses().stream().map(IpAddress::toString).toList()));
        try {
            return JSON.writeValueAsString(shape);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("strings can always be written", e);
        }
    }

    /// Reads the annotation.
    ///
    /// @throws IllegalArgumentException with a sentence if it can't be read
    static SequencedMap<DomainName, List<IpAddress>> read(String text) {
        SequencedMap<DomainName, List<IpAddress>> read = new LinkedHashMap<>();
        try {
            JSON.readValue(text, SHAPE).forEach((domain, addresses) -> {
                if (addresses == null || addresses.isEmpty()) {
                    throw new IllegalArgumentException("domain " + domain + " has no address");
                }
                read.put(
                        new DomainName(domain),
                        addresses.stream().map(IpAddress::parse).toList());
            });
            return read;
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(
                    "annotation " + Labels.ATTACHMENTS + " is not JSON of the form {\"red\":[\"172.16.3.7\"]}", e);
        }
    }
}
