package dev.vl3mesh.bridge.reconcile;

import dev.vl3mesh.api.v1alpha1.AddressBlock;
import dev.vl3mesh.api.v1alpha1.Attachment;
import dev.vl3mesh.api.v1alpha1.AttachmentStatus;
import dev.vl3mesh.api.v1alpha1.Domain;
import dev.vl3mesh.bridge.watch.Claims;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.MicroTime;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.events.v1.Event;
import io.fabric8.kubernetes.api.model.events.v1.EventBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Writes through the API server. Events go in a thread of their own, and are dropped when it can't keep up.
public final class ApiWriter implements ClusterWriter, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ApiWriter.class);
    private static final int EVENTS_WAITING_MAX = 1000;
    private static final int NOTE_LENGTH_MAX = 1024; // events.k8s.io/v1, Event.note
    /// metav1.MicroTime is read with exactly six digits.
    private static final DateTimeFormatter MICRO_TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'").withZone(ZoneOffset.UTC);

    private final KubernetesClient client;
    private final InstantSource clock;
    private final String replica;
    private final BlockingQueue<Event> events = new ArrayBlockingQueue<>(EVENTS_WAITING_MAX);
    private final Thread teller;

    /// Writes in the name of a replica.
    public ApiWriter(KubernetesClient client, InstantSource clock, String replica) {
        this.client = client;
        this.clock = clock;
        this.replica = replica;
        this.teller = Thread.ofVirtual().name("events").start(this::tell);
    }

    private interface Call {
        void run();
    }

    private static void guarded(HasMetadata object, Call call) {
        try {
            call.run();
        } catch (KubernetesClientException e) {
            if (e.getCode() == HttpURLConnection.HTTP_CONFLICT || e.getCode() == HttpURLConnection.HTTP_NOT_FOUND) {
                throw new StaleException(
                        object.getKind() + " " + object.getMetadata().getName() + ": " + e.getMessage());
            }
            throw e;
        }
    }

    @Override
    public void updateStatus(Attachment attachment) {
        guarded(attachment, () -> client.resource(attachment).updateStatus());
    }

    @Override
    public void updateStatus(Domain domain) {
        guarded(domain, () -> client.resource(domain).updateStatus());
    }

    @Override
    public void updateStatus(AddressBlock block) {
        guarded(block, () -> client.resource(block).updateStatus());
    }

    @Override
    public void updateStatus(GenericKubernetesResource config) {
        guarded(config, () -> client.resource(config).updateStatus());
    }

    @Override
    public void delete(Attachment attachment) {
        guarded(
                attachment,
                () -> client.resource(attachment)
                        .lockResourceVersion(attachment.getMetadata().getResourceVersion())
                        .delete());
    }

    @Override
    public Optional<AddressBlock> create(AddressBlock block) {
        try {
            client.resource(block).create();
            return Optional.empty();
        } catch (KubernetesClientException e) {
            if (e.getCode() == HttpURLConnection.HTTP_CONFLICT) {
                AddressBlock there = client.resources(AddressBlock.class)
                        .withName(block.getMetadata().getName())
                        .get();
                if (there == null) {
                    throw new StaleException(
                            "AddressBlock " + block.getMetadata().getName() + " came and went");
                }
                return Optional.of(there);
            }
            throw e;
        }
    }

    @Override
    public void delete(AddressBlock block) {
        guarded(block, () -> client.resource(block).delete());
    }

    @Override
    public boolean heldByPod(Attachment attachment) {
        AttachmentStatus status = attachment.getStatus();
        String namespace = attachment.getSpec().namespace();
        if (status != null && status.pod() != null && status.podUid() != null) {
            Pod bound =
                    client.pods().inNamespace(namespace).withName(status.pod()).get();
            if (bound != null
                    && bound.getMetadata().getUid().equals(status.podUid())
                    && AttachmentDecision.living(bound)) {
                return true;
            }
            if (attachment.getSpec().identity() == null) {
                return false; // its claim was used up by that pod
            }
        }
        return client.pods().inNamespace(namespace).list().getItems().stream()
                .anyMatch(pod -> AttachmentDecision.living(pod) && Claims.shows(pod, attachment));
    }

    @Override
    public void event(HasMetadata regarding, boolean warning, String reason, String note) {
        String name = regarding.getMetadata().getName();
        String namespace = Objects.requireNonNullElse(regarding.getMetadata().getNamespace(), "default");
        var _ = events.offer(new EventBuilder()
                .withNewMetadata()
                .withName(name + "." + Long.toHexString(clock.instant().toEpochMilli())
                        + Integer.toHexString(note.hashCode()))
                .withNamespace(namespace)
                .endMetadata()
                .withNewRegarding()
                .withApiVersion(regarding.getApiVersion())
                .withKind(regarding.getKind())
                .withName(name)
                .withNamespace(regarding.getMetadata().getNamespace())
                .withUid(regarding.getMetadata().getUid())
                .withResourceVersion(regarding.getMetadata().getResourceVersion())
                .endRegarding()
                .withEventTime(new MicroTime(MICRO_TIME.format(clock.instant())))
                .withType(warning ? "Warning" : "Normal")
                .withReason(reason)
                .withAction("Reconcile")
                .withNote(note.length() > NOTE_LENGTH_MAX ? note.substring(0, NOTE_LENGTH_MAX) : note)
                .withReportingController("vl3mesh.dev/control")
                .withReportingInstance(replica)
                .build());
    }

    private void tell() {
        try {
            while (true) {
                Event event = events.take();
                try {
                    client.resource(event).create();
                } catch (KubernetesClientException e) {
                    LOG.warn("event on {}: {}", event.getRegarding().getName(), e.getMessage());
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // closed
        }
    }

    @Override
    public void close() {
        teller.interrupt();
    }
}
