package dev.vl3mesh.xds.istio;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.Message;
import dev.vl3mesh.model.DomainName;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Writes names of services out, as whoever wrote them means them: without dots in his namespace, under
/// `svc.cluster.local` in his cluster's words. istiod does this for what it reads from an API server, and for
/// nothing else.
final class HostNames {
    private static final String CLUSTER_SUFFIX = ".svc.cluster.local";
    /// `istio.networking.v1alpha3.Destination`, wherever it is.
    private static final String DESTINATION = "Destination";

    private static final String HOST = "host";
    private static final String HOSTS = "hosts";

    private final String suffix;

    HostNames(DomainName domain) {
        this.suffix = suffix(domain);
    }

    /// What the name of a service has behind its namespace.
    static String suffix(DomainName domain) {
        return ".svc." + domain + ".vl3.internal";
    }

    /// A name in the domain for one that is written in a namespace.
    String resolve(String host, String namespace) {
        if (host.endsWith(CLUSTER_SUFFIX)) {
            return host.substring(0, host.length() - CLUSTER_SUFFIX.length()) + suffix;
        }
        boolean whole = host.isEmpty() || host.contains(".") || host.contains("*");
        return whole ? host : host + "." + namespace + suffix;
    }

    /// The same spec with all names of services written out.
    DynamicMessage resolve(IstioKind kind, DynamicMessage spec, String namespace) {
        return switch (kind) {
            case VIRTUAL_SERVICE -> {
                DynamicMessage.Builder builder = spec.toBuilder();
                resolveAll(builder, HOSTS, namespace);
                resolveDestinations(builder, namespace);
                yield builder.build();
            }
            case DESTINATION_RULE -> {
                DynamicMessage.Builder builder = spec.toBuilder();
                resolveOne(builder, namespace);
                yield builder.build();
            }
            default -> spec;
        };
    }

    private void resolveAll(Message.Builder builder, String name, String namespace) {
        @Nullable FieldDescriptor field = builder.getDescriptorForType().findFieldByName(name);
        if (field == null) {
            return;
        }
        for (int i = 0; i < builder.getRepeatedFieldCount(field); i++) {
            builder.setRepeatedField(field, i, resolve((String) builder.getRepeatedField(field, i), namespace));
        }
    }

    private void resolveOne(Message.Builder builder, String namespace) {
        @Nullable FieldDescriptor field = builder.getDescriptorForType().findFieldByName(HOST);
        if (field != null) {
            builder.setField(field, resolve((String) builder.getField(field), namespace));
        }
    }

    private void resolveDestinations(Message.Builder builder, String namespace) {
        if (builder.getDescriptorForType().getName().equals(DESTINATION)) {
            resolveOne(builder, namespace);
        }
        for (Map.Entry<FieldDescriptor, Object> entry :
                List.copyOf(builder.getAllFields().entrySet())) {
            FieldDescriptor field = entry.getKey();
            if (field.getJavaType() != FieldDescriptor.JavaType.MESSAGE || field.isMapField()) {
                continue;
            }
            if (field.isRepeated()) {
                for (int i = 0; i < builder.getRepeatedFieldCount(field); i++) {
                    Message part = (Message) builder.getRepeatedField(field, i);
                    builder.setRepeatedField(field, i, resolved(part, namespace));
                }
            } else {
                builder.setField(field, resolved((Message) builder.getField(field), namespace));
            }
        }
    }

    private Message resolved(Message part, String namespace) {
        Message.Builder inner = part.toBuilder();
        resolveDestinations(inner, namespace);
        return inner.build();
    }
}
