package dev.vl3mesh.model;

import java.util.regex.Pattern;

/// The name of a domain: one DNS label, because it is part of the host names of the domain's services.
///
/// @param value 1 to 40 characters, lower-case letters, digits and hyphens, starting with a letter (RFC 1035, 2.3.1);
/// 40 so that an
///     attachment's object name, `<domain>.<address>`, fits into 253 characters and a namespace name `vl3-<domain>`
/// into 63
public record DomainName(String value) implements Comparable<DomainName> {
    private static final Pattern LABEL = Pattern.compile("[a-z]([a-z0-9-]{0,38}[a-z0-9])?");

    /// The value of the domains label that keeps a pod out of all domains; so no domain may have this name.
    public static final String NONE = "none";

    /// @throws IllegalArgumentException if the value is no such label, or is the reserved word `none`
    public DomainName {
        if (!LABEL.matcher(value).matches()) {
            throw new IllegalArgumentException("domain name '" + value
                    + "' is not a DNS label of at most 40 characters that starts with a letter");
        }
        if (value.equals(NONE)) {
            throw new IllegalArgumentException("domain name 'none' is reserved: the label value 'none' opts a pod out");
        }
    }

    @Override
    public int compareTo(DomainName other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
