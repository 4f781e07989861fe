package dev.vl3mesh.model;

import java.util.regex.Pattern;

/// What Kubernetes takes as the name of an object.
public final class DnsNames {
    private static final Pattern SUBDOMAIN = Pattern.compile("[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?");

    private DnsNames() {}

    /// Whether a text is a DNS subdomain of at most 253 characters (RFC 1123), empty labels apart.
    public static boolean isSubdomain(String text) {
        return SUBDOMAIN.matcher(text).matches();
    }
}
