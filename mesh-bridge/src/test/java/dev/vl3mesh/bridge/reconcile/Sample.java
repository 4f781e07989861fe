package dev.vl3mesh.bridge.reconcile;

import dev.vl3mesh.api.v1alpha1.AddressBlock;
import dev.vl3mesh.api.v1alpha1.AddressBlockSpec;
import dev.vl3mesh.api.v1alpha1.Attachment;
import dev.vl3mesh.api.v1alpha1.AttachmentSpec;
import dev.vl3mesh.api.v1alpha1.AttachmentStatus;
import dev.vl3mesh.api.v1alpha1.Domain;
import dev.vl3mesh.api.v1alpha1.DomainSpec;
import dev.vl3mesh.bridge.watch.Claims;
import dev.vl3mesh.model.DomainName;
import dev.vl3mesh.model.address.IpAddress;
import dev.vl3mesh.model.ipam.AttachmentName;
import dev.vl3mesh.model.join.Labels;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Objects as users, admission and Kubernetes write them.
public final class Sample {
    /// When all of it begins.
    public static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    private Sample() {}

    /// A domain with carrier vxlan.
    public static Domain domain(String name, String... prefixes) {
        Domain domain = new Domain();
        domain.setMetadata(new ObjectMetaBuilder().withName(name).build());
        domain.setSpec(new DomainSpec(List.of(prefixes), "vxlan", null, List.of()));
        return domain;
    }

    /// What admission writes for a pod of namespace `shop`.
    public static Attachment attachment(
            String domain, String address, String claim, @Nullable String identity, Instant created) {
        Attachment attachment = new Attachment();
        attachment.setMetadata(new ObjectMetaBuilder()
                .withName(AttachmentName.of(new DomainName(domain), IpAddress.parse(address))
                        .value())
                .withCreationTimestamp(created.toString())
                .build());
        attachment.setSpec(new AttachmentSpec(domain, List.of(address), "shop", Claims.hash(claim), identity));
        return attachment;
    }

    /// The same with a status.
    public static Attachment with(Attachment attachment, @Nullable AttachmentStatus status) {
        Attachment copy = new Attachment();
        copy.setMetadata(attachment.getMetadata());
        copy.setSpec(attachment.getSpec());
        copy.setStatus(status);
        return copy;
    }

    /// A pod of namespace `shop` that shows a claim.
    public static Pod pod(String name, String uid, String claim, @Nullable String node) {
        return new PodBuilder()
                .withNewMetadata()
                .withNamespace("shop")
                .withName(name)
                .withUid(uid)
                .withCreationTimestamp(START.toString())
                .withLabels(Map.of(Labels.ATTACHED, "true"))
                .withAnnotations(Map.of(Labels.CLAIM, claim))
                .endMetadata()
                .withNewSpec()
                .withNodeName(node)
                .withServiceAccountName("web")
                .endSpec()
                .build();
    }

    /// A node with a pod range.
    public static Node node(String name, String address, String podRange) {
        return new NodeBuilder()
                .withNewMetadata()
                .withName(name)
                .endMetadata()
                .withNewSpec()
                .withPodCIDRs(podRange)
                .endSpec()
                .withNewStatus()
                .addNewAddress(address, "InternalIP")
                .endStatus()
                .build();
    }

    /// A lease.
    public static AddressBlock block(String domain, int number, String cluster) {
        AddressBlock block = new AddressBlock();
        block.setMetadata(
                new ObjectMetaBuilder().withName(domain + "." + number).build());
        block.setSpec(new AddressBlockSpec(domain, number, cluster));
        return block;
    }
}
