package dev.vl3mesh.xds.istio;

import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto.Label;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.DescriptorValidationException;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;
import dev.vl3mesh.model.plan.MeshResource.ConfigResource;
import dev.vl3mesh.xds.istio.proto.Sidecar;
import dev.vl3mesh.xds.istio.proto.WorkloadEntry;
import java.io.IOException;
import java.util.Optional;

/// Knows a few fields of a few kinds, and refuses what has the host `bad`.
final class FakeIstiod implements IstioPeer {
    private static final Descriptor ROUTES = routes();

    int asked;
    boolean away;

    private static Descriptor routes() {
        try {
            DescriptorProto destination = DescriptorProto.newBuilder()
                    .setName("Destination")
                    .addField(text("host", 1, Label.LABEL_OPTIONAL))
                    .build();
            DescriptorProto routes = DescriptorProto.newBuilder()
                    .setName("Routes")
                    .addField(text("hosts", 1, Label.LABEL_REPEATED))
                    .addField(text("host", 2, Label.LABEL_OPTIONAL))
                    .addField(text("export_to", 3, Label.LABEL_REPEATED))
                    .addField(FieldDescriptorProto.newBuilder()
                            .setName("route")
                            .setNumber(4)
                            .setLabel(Label.LABEL_REPEATED)
                            .setType(FieldDescriptorProto.Type.TYPE_MESSAGE)
                            .setTypeName("Destination"))
                    .build();
            return FileDescriptor.buildFrom(
                            FileDescriptorProto.newBuilder()
                                    .setName("routes.proto")
                                    .setSyntax("proto3")
                                    .addMessageType(destination)
                                    .addMessageType(routes)
                                    .build(),
                            new FileDescriptor[0])
                    .findMessageTypeByName("Routes");
        } catch (DescriptorValidationException e) {
            throw new IllegalStateException(e);
        }
    }

    private static FieldDescriptorProto text(String name, int number, Label label) {
        return FieldDescriptorProto.newBuilder()
                .setName(name)
                .setNumber(number)
                .setLabel(label)
                .setType(FieldDescriptorProto.Type.TYPE_STRING)
                .build();
    }

    @Override
    public DynamicMessage parse(IstioKind kind, String spec) throws InvalidProtocolBufferException {
        Descriptor type = switch (kind) {
            case SIDECAR -> Sidecar.getDescriptor();
            case WORKLOAD_ENTRY -> WorkloadEntry.getDescriptor();
            default -> ROUTES;
        };
        DynamicMessage.Builder builder = DynamicMessage.newBuilder(type);
        JsonFormat.parser().merge(spec, builder);
        return builder.build();
    }

    @Override
    public Optional<String> refusal(IstioKind kind, ConfigResource config) throws IOException {
        asked++;
        if (away) {
            throw new IOException("istiod is away");
        }
        return config.spec().contains("\"bad\"") ? Optional.of("configuration is invalid: bad") : Optional.empty();
    }
}
