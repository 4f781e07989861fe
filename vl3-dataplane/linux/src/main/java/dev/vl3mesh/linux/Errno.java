package dev.vl3mesh.linux;

import java.util.Map;

/// An error number of the kernel (`asm-generic/errno.h`).
///
/// @param number 1 to 4095
public record Errno(int number) {
    /// Operation not permitted.
    public static final Errno EPERM = new Errno(1);
    /// No such file or directory.
    public static final Errno ENOENT = new Errno(2);
    /// No such process; also: no such route.
    public static final Errno ESRCH = new Errno(3);
    /// Interrupted.
    public static final Errno EINTR = new Errno(4);
    /// A device or a file can't be read or written.
    public static final Errno EIO = new Errno(5);
    /// Device or resource busy.
    public static final Errno EBUSY = new Errno(16);
    /// Exists already.
    public static final Errno EEXIST = new Errno(17);
    /// No such device.
    public static final Errno ENODEV = new Errno(19);
    /// Invalid argument.
    public static final Errno EINVAL = new Errno(22);
    /// Not supported.
    public static final Errno EOPNOTSUPP = new Errno(95);
    /// The port is taken.
    public static final Errno EADDRINUSE = new Errno(98);
    /// Address not available; also: no such address.
    public static final Errno EADDRNOTAVAIL = new Errno(99);

    private static final Map<Integer, String> NAMES = Map.ofEntries(
            Map.entry(1, "EPERM"),
            Map.entry(2, "ENOENT"),
            Map.entry(3, "ESRCH"),
            Map.entry(4, "EINTR"),
            Map.entry(13, "EACCES"),
            Map.entry(16, "EBUSY"),
            Map.entry(17, "EEXIST"),
            Map.entry(19, "ENODEV"),
            Map.entry(22, "EINVAL"),
            Map.entry(30, "EROFS"),
            Map.entry(34, "ERANGE"),
            Map.entry(95, "EOPNOTSUPP"),
            Map.entry(98, "EADDRINUSE"),
            Map.entry(99, "EADDRNOTAVAIL"),
            Map.entry(100, "ENETDOWN"),
            Map.entry(101, "ENETUNREACH"),
            Map.entry(105, "ENOBUFS"));

    @Override
    public String toString() {
        return NAMES.getOrDefault(number, "errno " + number);
    }
}
