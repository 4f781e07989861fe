package dev.vl3mesh.api.v1alpha1;

import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.generator.annotation.ValidationRule;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Plural;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Version;
import java.util.List;

/// The link between this cluster and another one. Cluster-scoped; named like the other cluster where that one is the
/// home, and `<cluster>.member` where it is the member: two clusters may each have domains in which the other takes
/// part.
@Group(ApiGroup.NAME)
@Version(ApiGroup.VERSION)
@Plural("links")
@ShortNames("vl3l")
@AdditionalPrinterColumn(
        name = "READY",
        jsonPath = ".status.conditions[?(@.type==\"Ready\")].status",
        type = AdditionalPrinterColumn.Type.STRING)
@AdditionalPrinterColumn(
        name = "AGE",
        jsonPath = ".metadata.creationTimestamp",
        type = AdditionalPrinterColumn.Type.DATE)
@ValidationRule(value = "has(self.spec)", message = "spec is missing")
public final class Link extends CustomResource<LinkSpec, LinkStatus> {
    private static final long serialVersionUID = 1L;
    private static final String HOME = "Home";
    private static final String MEMBER = "Member";
    private static final String OF_MEMBER = ".member";

    /// The link to a home, not yet created.
    public static Link toHome(String home, String address, String trustDomain, String invitationSecret) {
        return of(home, new LinkSpec(HOME, address, trustDomain, invitationSecret, List.of()));
    }

    /// The link to a member, not yet created.
    ///
    /// @param domains that it was invited to; empty means all that are open to every cluster
    public static Link toMember(String member, String trustDomain, List<String> domains) {
        return of(nameToMember(member), new LinkSpec(MEMBER, null, trustDomain, null, domains));
    }

    private static Link of(String name, LinkSpec spec) {
        Link link = new Link();
        link.setMetadata(new ObjectMetaBuilder().withName(name).build());
        link.setSpec(spec);
        return link;
    }

    /// The name of the link to a member.
    public static String nameToMember(String member) {
        return member + OF_MEMBER;
    }

    /// Whether the other cluster is this one's home.
    public boolean leadsHome() {
        return getSpec().role().equals(HOME);
    }

    /// The other cluster's name.
    public String peer() {
        String name = getMetadata().getName();
        return name.endsWith(OF_MEMBER) ? name.substring(0, name.length() - OF_MEMBER.length()) : name;
    }
}
