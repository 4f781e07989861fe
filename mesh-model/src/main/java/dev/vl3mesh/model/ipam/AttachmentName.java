package dev.vl3mesh.model.ipam;

import dev.vl3mesh.model.DomainName;
import dev.vl3mesh.model.address.IpAddress;

/// The name of an Attachment object: domain and first address, so that the API server admits each address once.
///
/// @param value such as `red.172-16-3-7` or `red.fd00-16--3-7`
public record AttachmentName(String value) {

    /// The one name of an address in a domain.
    public static AttachmentName of(DomainName domain, IpAddress first) {
        // an address that ends in "::" would end the name in a hyphen, which no object name may (RFC 1123)
        String text = first.label();
        return new AttachmentName(domain + "." + (text.endsWith("-") ? text + "0" : text));
    }

    @Override
    public String toString() {
        return value;
    }
}
