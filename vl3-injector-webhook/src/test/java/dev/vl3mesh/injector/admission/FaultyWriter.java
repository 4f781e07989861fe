package dev.vl3mesh.injector.admission;

import dev.vl3mesh.api.v1alpha1.AddressBlock;
import dev.vl3mesh.api.v1alpha1.Attachment;
import dev.vl3mesh.api.v1alpha1.Domain;
import dev.vl3mesh.bridge.reconcile.ClusterWriter;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.Optional;

/// The control plane's writes, which may fail.
record FaultyWriter(ClusterWriter server, Faults faults) implements ClusterWriter {
    @Override
    public void updateStatus(Attachment attachment) {
        faults.run(() -> server.updateStatus(attachment));
    }

    @Override
    public void updateStatus(Domain domain) {
        faults.run(() -> server.updateStatus(domain));
    }

    @Override
    public void updateStatus(AddressBlock block) {
        faults.run(() -> server.updateStatus(block));
    }

    @Override
    public void updateStatus(GenericKubernetesResource config) {
        faults.run(() -> server.updateStatus(config));
    }

    @Override
    public void delete(Attachment attachment) {
        faults.run(() -> server.delete(attachment));
    }

    @Override
    public Optional<AddressBlock> create(AddressBlock block) {
        return faults.call(() -> server.create(block));
    }

    @Override
    public void delete(AddressBlock block) {
        faults.run(() -> server.delete(block));
    }

    @Override
    public boolean heldByPod(Attachment attachment) {
        return faults.call(() -> server.heldByPod(attachment));
    }

    @Override
    public void event(HasMetadata regarding, boolean warning, String reason, String note) {
        // nothing hangs on it
    }
}
