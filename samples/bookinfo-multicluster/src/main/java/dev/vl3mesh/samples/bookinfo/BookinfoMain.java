package dev.vl3mesh.samples.bookinfo;

import java.net.InetSocketAddress;
import java.net.http.HttpClient;
import java.security.Security;
import java.util.concurrent.Executors;

/// Runs one of the programs: `productpage`, `details`, `reviews` or `ratings`.
public final class BookinfoMain {
    private static final int EXIT_USAGE = 2;
    private static final int GRACE_SECONDS = 2;

    private BookinfoMain() {}

    /// Serves until the process is told to end.
    ///
    /// @param arguments the program's name; all else comes from the environment, see [BookinfoConfig]
    public static void main(String[] arguments) throws Exception {
        // Pods come and go: what a name meant a moment ago must not be believed for the JDK's usual 30 s.
        Security.setProperty("networkaddress.cache.ttl", "1");
        Security.setProperty("networkaddress.cache.negative.ttl", "0");
        BookinfoConfig config;
        try {
            config = BookinfoConfig.of(arguments, System.getenv());
        } catch (IllegalArgumentException e) {
            System.err.println("bookinfo: " + e.getMessage());
            System.exit(EXIT_USAGE);
            return;
        }
        Program program = program(config, HttpUpstream.client());
        HttpFront front = HttpFront.start(
                program, new InetSocketAddress(config.port()), Executors.newVirtualThreadPerTaskExecutor());
        Runtime.getRuntime().addShutdownHook(new Thread(() -> front.stop(GRACE_SECONDS), "bookinfo-stop"));
        System.out.println("bookinfo: " + config.program() + " of cluster "
                + config.origin().cluster() + " listens on port " + front.port());
    }

    /// The program that a configuration asks for.
    static Program program(BookinfoConfig config, HttpClient client) {
        Origin origin = config.origin();
        return switch (config.program()) {
            case BookinfoConfig.DETAILS -> new Details(origin);
            case BookinfoConfig.RATINGS -> new Ratings(origin);
            case BookinfoConfig.REVIEWS ->
                new Reviews(origin, Stars.of(origin.version()), new HttpUpstream(client, config.ratings()));
            default ->
                new ProductPage(
                        origin, new HttpUpstream(client, config.details()), new HttpUpstream(client, config.reviews()));
        };
    }
}
