package dev.vl3mesh.model;

import java.util.regex.Pattern;

/// What Kubernetes takes as the name of an object.
public final class DnsNames {
    private static final int LENGTH_MAX = 253;
    private static final String LABEL = "[a-z0-9](?:[-a-z0-9]*[a-z0-9])?";
    private static final Pattern SUBDOMAIN = Pattern.compile(LABEL + "(?:\\." + LABEL + ")*");

    private DnsNames() {}

    /// Whether a text is a DNS subdomain of at most 253 characters (RFC 1123), as Kubernetes understands it: labels may
    /// be of any length.
    public static boolean isSubdomain(String text) {
        return text.length() <= LENGTH_MAX && SUBDOMAIN.matcher(text).matches();
    }
}
