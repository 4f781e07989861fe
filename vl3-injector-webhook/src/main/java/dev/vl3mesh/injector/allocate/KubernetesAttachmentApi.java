package dev.vl3mesh.injector.allocate;

import dev.vl3mesh.api.v1alpha1.Attachment;
import dev.vl3mesh.api.v1alpha1.Domain;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import org.jspecify.annotations.Nullable;

/// The API server of this cluster.
///
/// @param client with the injector's rights
public record KubernetesAttachmentApi(KubernetesClient client) implements AttachmentApi {
    @Override
    public @Nullable Domain domain(String name) {
        return client.resources(Domain.class).withName(name).get();
    }

    @Override
    public @Nullable Attachment attachment(String name) {
        return client.resources(Attachment.class).withName(name).get();
    }

    @Override
    public boolean create(Attachment attachment) {
        try {
            client.resource(attachment).create();
            return true;
        } catch (KubernetesClientException e) {
            if (e.getCode() == HttpURLConnection.HTTP_CONFLICT) {
                return false;
            }
            throw e;
        }
    }

    @Override
    public Written replace(Attachment attachment) {
        try {
            client.resource(attachment).update();
            return Written.STORED;
        } catch (KubernetesClientException e) {
            return switch (e.getCode()) {
                case HttpURLConnection.HTTP_NOT_FOUND -> Written.GONE;
                case HttpURLConnection.HTTP_CONFLICT -> Written.CHANGED;
                default -> throw e;
            };
        }
    }

    @Override
    public void delete(Attachment attachment) {
        client.resource(attachment).delete();
    }
}
