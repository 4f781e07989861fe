package dev.vl3mesh.linux;

/// The kernel refused an operation. The text reads `<operation> <subject>: <ERRNO> (<what the kernel or we say of
/// it>)`.
public final class LinuxException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient Errno errno;

    /// Makes an exception.
    ///
    /// @param operation what was tried, such as `route replace`
    /// @param subject on what
    /// @param detail more words, empty where there are none
    public LinuxException(String operation, String subject, Errno errno, String detail) {
        super(operation + " " + subject + ": " + errno + (detail.isEmpty() ? "" : " (" + detail + ")"));
        this.errno = errno;
    }

    /// What the kernel said.
    public Errno errno() {
        return errno;
    }
}
