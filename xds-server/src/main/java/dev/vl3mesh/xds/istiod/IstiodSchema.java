package dev.vl3mesh.xds.istiod;

import com.google.protobuf.ByteString;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.DescriptorValidationException;
import com.google.protobuf.Descriptors.FileDescriptor;
import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/// The messages of Istio's API as the istiod that will read them has them, told by its server reflection:
/// whatever its version, nothing of its API has to be known here.
///
/// See github.com/grpc/grpc/blob/master/doc/server-reflection.md
final class IstiodSchema {
    private static final long ANSWER_SECONDS = 10;

    private final Map<String, Descriptor> messages = new TreeMap<>();

    private IstiodSchema() {}

    /// Asks for messages by their full names; those that the server does not know are left out.
    ///
    /// @throws IOException if the server does not answer, or tells nonsense
    static IstiodSchema ask(Channel channel, Collection<String> names) throws IOException {
        Map<String, FileDescriptorProto> files = new HashMap<>();
        Map<String, String> fileOf = new HashMap<>();
        Answers answers = new Answers(files, fileOf);
        StreamObserver<ServerReflectionRequest> requests = ServerReflectionGrpc.newStub(channel)
                .withDeadlineAfter(ANSWER_SECONDS, TimeUnit.SECONDS)
                .serverReflectionInfo(answers);
        names.forEach(name -> requests.onNext(ServerReflectionRequest.newBuilder()
                .setFileContainingSymbol(name)
                .build()));
        requests.onCompleted();
        answers.await();
        IstiodSchema schema = new IstiodSchema();
        Map<String, FileDescriptor> built = new HashMap<>();
        for (String name : names) {
            @Nullable String file = fileOf.get(name);
            if (file != null) {
                FileDescriptor descriptor = build(file, files, built);
                descriptor.getMessageTypes().stream()
                        .filter(type -> type.getFullName().equals(name))
                        .forEach(type -> schema.messages.put(name, type));
            }
        }
        return schema;
    }

    /// A message.
    ///
    /// @throws IOException if the server does not know it
    Descriptor message(String name) throws IOException {
        @Nullable Descriptor found = messages.get(name);
        if (found == null) {
            throw new IOException("this istiod knows no " + name);
        }
        return found;
    }

    private static FileDescriptor build(
            String name, Map<String, FileDescriptorProto> files, Map<String, FileDescriptor> built) throws IOException {
        @Nullable FileDescriptor done = built.get(name);
        if (done != null) {
            return done;
        }
        @Nullable FileDescriptorProto file = files.get(name);
        if (file == null) {
            throw new IOException("the file " + name + " was not told");
        }
        FileDescriptor[] dependencies = new FileDescriptor[file.getDependencyCount()];
        for (int i = 0; i < dependencies.length; i++) {
            dependencies[i] = build(file.getDependency(i), files, built);
        }
        try {
            FileDescriptor descriptor = FileDescriptor.buildFrom(file, dependencies);
            built.put(name, descriptor);
            return descriptor;
        } catch (DescriptorValidationException e) {
            throw new IOException("the file " + name + ": " + e.getMessage(), e);
        }
    }

    private static final class Answers implements StreamObserver<ServerReflectionResponse> {
        private final Map<String, FileDescriptorProto> files;
        private final Map<String, String> fileOf;
        private final CompletableFuture<Boolean> end = new CompletableFuture<>();

        Answers(Map<String, FileDescriptorProto> files, Map<String, String> fileOf) {
            this.files = files;
            this.fileOf = fileOf;
        }

        @Override
        public void onNext(ServerReflectionResponse response) {
            try {
                for (ByteString bytes : response.getFileDescriptorResponse().getFileDescriptorProtoList()) {
                    FileDescriptorProto file = FileDescriptorProto.parseFrom(bytes);
                    files.put(file.getName(), file);
                    file.getMessageTypeList()
                            .forEach(type -> fileOf.put(file.getPackage() + "." + type.getName(), file.getName()));
                }
            } catch (IOException e) {
                end.completeExceptionally(e);
            }
        }

        @Override
        public void onError(Throwable cause) {
            end.completeExceptionally(cause);
        }

        @Override
        public void onCompleted() {
            end.complete(true);
        }

        void await() throws IOException {
            try {
                end.get(ANSWER_SECONDS, TimeUnit.SECONDS);
            } catch (ExecutionException e) {
                throw new IOException(
                        "server reflection: "
                                + Status.fromThrowable(e.getCause()).getDescription(),
                        e);
            } catch (TimeoutException e) {
                throw new IOException("server reflection takes more than " + ANSWER_SECONDS + " s", e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted", e);
            }
        }
    }
}
