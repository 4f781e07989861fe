package dev.vl3mesh.api.v1alpha1;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.vl3mesh.model.DomainName;
import dev.vl3mesh.model.address.IpAddress;
import dev.vl3mesh.model.join.Labels;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/// The annotation that tells a pod, and everybody who looks at it, its addresses.
public final class AttachmentsAnnotation {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final TypeReference<LinkedHashMap<String, List<String>>> SHAPE = new TypeReference<>() {};

    private static final String FORM =
            "annotation " + Labels.ATTACHMENTS + " is not JSON of the form {\"red\":[\"172.16.3.7\"]}";

    private AttachmentsAnnotation() {}

    /// Writes the annotation, domains in their order.
    public static String write(SequencedMap<DomainName, List<IpAddress>> addresses) {
        Map<String, List<String>> shape = new LinkedHashMap<>();
        addresses.forEach((domain, own) ->
                shape.put(domain.value(), own.stream().map(IpAddress::toString).toList()));
        try {
            return JSON.writeValueAsString(shape);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("strings can always be written", e);
        }
    }

    /// Reads the annotation.
    ///
    /// @throws IllegalArgumentException with a sentence if it can't be read
    public static SequencedMap<DomainName, List<IpAddress>> read(String text) {
        SequencedMap<DomainName, List<IpAddress>> read = new LinkedHashMap<>();
        try {
            @Nullable Map<String, List<String>> shape = JSON.readValue(text, SHAPE);
            if (shape == null || shape.values().stream().anyMatch(AttachmentsAnnotation::lacking)) {
                throw new IllegalArgumentException(FORM);
            }
            shape.forEach((domain, addresses) -> read.put(
                    new DomainName(domain),
                    addresses.stream().map(IpAddress::parse).toList()));
            return read;
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(FORM, e);
        }
    }

    /// JSON's null can stand for everything.
    private static boolean lacking(@Nullable List<String> addresses) {
        return addresses == null || addresses.isEmpty() || addresses.stream().anyMatch(Objects::isNull);
    }
}
