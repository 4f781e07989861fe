package dev.vl3mesh.testbed.demo;

import dev.vl3mesh.testbed.istio.IstioInstallation;
import dev.vl3mesh.testbed.istio.IstioVersion;
import dev.vl3mesh.testbed.lab.Commands;
import dev.vl3mesh.testbed.lab.Kubectl;
import dev.vl3mesh.testbed.lab.Lab;
import dev.vl3mesh.testbed.lab.LabException;
import dev.vl3mesh.testbed.lab.Membership;
import dev.vl3mesh.testbed.lab.Progress;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// One flat network over two clusters with equal addresses, one Istio over it, and a pod in a second one: shown,
/// and checked while it is shown. Each line that is printed as a command can be typed.
public final class Demo {
    private static final String DOMAIN_NAME = "orders.shop.svc.red.vl3.internal";
    private static final String BOOKINFO = "bookinfo-multicluster/";
    private static final String IN_BOTH =
            "{\"spec\":{\"template\":{\"metadata\":{\"labels\":{\"vl3mesh.dev/domains\":\"red.green\"}}}}}";
    private static final Pattern ADDRESS = Pattern.compile("\"([0-9a-f.:]+)\"");
    private static final Pattern BY = Pattern.compile("<p class=\"by\">(.*?)</p>");
    private static final Pattern TAG = Pattern.compile("<[^>]*>");
    private static final Pattern PING_NOISE = Pattern.compile("|PING .*|---.*|rtt .*|.* packets transmitted.*");
    private static final int PATIENCE_SECONDS = 60;

    private final Kubectl kubectl;
    private final Lab lab;
    private final Progress progress;
    private final Path samples;
    private final PrintStream out;
    private final List<String> failures = new ArrayList<>();

    /// Shows on a lab that is up.
    ///
    /// @param samples the folder of the samples
    public Demo(Kubectl kubectl, Lab lab, Progress progress, Path samples, PrintStream out) {
        this.kubectl = kubectl;
        this.lab = lab;
        this.progress = progress;
        this.samples = samples;
        this.out = out;
    }

    /// Shows everything, and leaves it running.
    ///
    /// @throws LabException if something did not work as shown
    public void run() {
        title("A domain, and a label in both clusters");
        apply("east", "bookinfo-multicluster/mesh/domain.yaml");
        apply("east", "flat-network/east.yaml");
        apply("west", "flat-network/west.yaml");
        ready("east", "shop");
        ready("west", "shop");
        ready("east", "outside");
        title(
                "Each pod has its cluster's address, which both clusters use, and one of the domain's, which is its alone");
        String client = addresses("east", "client");
        String server = addresses("west", "orders");
        title("They reach each other: by address, by name, with any protocol, and are seen with their own address");
        reach(server);
        seen(client);
        title("Everybody else stays out");
        stayOut(server);
        mesh();
        secondMesh();
        if (!failures.isEmpty()) {
            throw new LabException("the demo did not go as it should: " + String.join("; ", failures));
        }
        lookAround();
    }

    private void title(String text) {
        out.printf(Locale.ROOT, "%n== %s%n", text);
    }

    private void apply(String cluster, String file) {
        out.println("$ ./vl3 kubectl " + cluster + " apply -f samples/" + file);
        kubectl.apply(cluster, samples.resolve(file));
    }

    private void ready(String cluster, String namespace) {
        kubectl.run(
                cluster,
                "-n",
                namespace,
                "wait",
                "--for=condition=Available",
                "deployment",
                "--all",
                "--timeout=" + PATIENCE_SECONDS + "s");
    }

    /// Prints a pod's addresses; returns those of the domain, IPv4 and IPv6, separated by a space.
    private String addresses(String cluster, String app) {
        String[] fields = kubectl.run(
                        cluster,
                        "-n",
                        "shop",
                        "get",
                        "pod",
                        "-l",
                        "app=" + app,
                        "--field-selector=status.phase=Running",
                        "-o",
                        "jsonpath={.items[0].status.podIP}{\"\\t\"}{.items[0].metadata.annotations.vl3mesh\\.dev/attachments}")
                .split("\t", 2);
        List<String> domain = new ArrayList<>();
        Matcher matcher = ADDRESS.matcher(fields[1].substring(fields[1].indexOf('[')));
        while (matcher.find()) {
            domain.add(matcher.group(1));
        }
        String joined = String.join(" ", domain);
        out.printf(Locale.ROOT, "  %-5s %-7s eth0 %-12s vl3-red %s%n", cluster, app, fields[0], joined);
        return joined;
    }

    private void reach(String server) {
        for (String address : server.split(" ")) {
            show("ping -c 1 " + address, text -> text.contains(" 0% packet loss"), "ping -c 1 -W 2 " + address);
        }
        show(
                "curl http://" + DOMAIN_NAME + ":8080/",
                text -> text.contains("200 from "),
                "curl -sS -m 5 -o /dev/null -w '%{http_code} from %{remote_ip}\\n' http://" + DOMAIN_NAME + ":8080/");
        for (String protocol : List.of("TCP", "UDP")) {
            show(
                    "echo hello | socat - " + protocol + ":" + DOMAIN_NAME + ":8078",
                    text -> text.contains("hello"),
                    "echo hello | socat -t 2 - " + protocol + ":" + DOMAIN_NAME + ":8078");
        }
    }

    private void seen(String client) {
        List<String> own = List.of(client.split(" "));
        show(
                "curl http://" + DOMAIN_NAME + ":8080/debug",
                text -> own.stream().anyMatch(text::endsWith),
                "curl -sS -m 5 http://" + DOMAIN_NAME
                        + ":8080/debug | sed -n 's/.*\\(request from\\) \\[*\\([0-9a-f.:]*\\)\\]*:.*/\\1 \\2/p' | tr -d '\\n'");
    }

    /// Runs a shell command in the client.
    private void show(String shown, Predicate<String> good, String command) {
        show("shop", "client", shown, good, command);
    }

    /// Runs a shell command in a pod of east, until it answers as it should or patience ends.
    private void show(String namespace, String app, String shown, Predicate<String> good, String command) {
        long end = System.nanoTime() + PATIENCE_SECONDS * 1_000_000_000L;
        Commands.Result result;
        do {
            result = kubectl.exec("east", namespace, "deploy/" + app, "sh", "-c", command);
        } while (!(result.ok() && good.test(result.output())) && System.nanoTime() < end);
        boolean well = result.ok() && good.test(result.output());
        out.printf(Locale.ROOT, "  east/%s$ %s%n", app, shown);
        result.output()
                .lines()
                .filter(line -> !well || !PING_NOISE.matcher(line).matches())
                .forEach(line -> out.println("      " + line));
        check(well, shown);
    }

    private void stayOut(String server) {
        for (String address : server.split(" ")) {
            Commands.Result ping =
                    kubectl.exec("east", "outside", "deploy/outsider", "ping", "-c", "1", "-W", "1", address);
            boolean out =
                    ping.output().contains("100% packet loss") || ping.output().contains("unreachable");
            this.out.printf(
                    Locale.ROOT, "  east/outsider$ ping -c 1 %s%n      %s%n", address, out ? "no answer" : "AN ANSWER");
            check(out && !ping.ok(), "the outsider reaches " + address);
        }
    }

    /// One stock Istio over the domain, and an application that is split over the clusters.
    private void mesh() {
        title("One Istio for both clusters: its own chart, with values for the domain");
        out.println("$ ./vl3 ctl --context east istio-profile red --access | ./vl3 kubectl east apply -f -");
        out.println("$ ./vl3 ctl --context east istio-profile red > red.yaml");
        out.println("$ helm install istiod-red <Istio's chart istiod> -n vl3-red -f red.yaml");
        istio("east").install("red", "vl3-red", "red");
        title("An application, split over the clusters; its routes and rights are written in west");
        apply("east", BOOKINFO + "mesh/strict.yaml");
        apply("east", BOOKINFO + "east.yaml");
        apply("west", BOOKINFO + "west.yaml");
        apply("west", BOOKINFO + "mesh/west.yaml");
        ready("east", "bookinfo");
        ready("west", "bookinfo");
        inForce("red", "destinationrule/reviews", "virtualservice/reviews", "authorizationpolicy/ratings");
        title("Who served it, from where, and who asked: each by an identity of its own");
        page();
        title("Who has no identity of the mesh is refused");
        String details = "http://details.bookinfo.svc.red.vl3.internal:9080/details/0";
        show("curl " + details, text -> text.contains("reset by peer"), "curl -sS -m 5 " + details + " 2>&1 || true");
    }

    private IstioInstallation istio(String home) {
        return new IstioInstallation(lab, home, IstioVersion.NEWEST, progress);
    }

    /// The ratings serve a second mesh, by a label.
    private void secondMesh() {
        title("A second Istio, which knows nothing of the first: green, at home in west, with its own root of trust");
        out.println("$ ./vl3 ctl --context east join $(./vl3 ctl --context west invite --for east)");
        new Membership(lab.kubeconfig(), progress).join(lab.cluster("west"), lab.cluster("east"));
        apply("west", BOOKINFO + "green/domain.yaml");
        for (String cluster : List.of("east", "west")) {
            kubectl.run(cluster, "wait", "--for=create", "domain/green", "--timeout=60s");
            kubectl.run(cluster, "wait", "--for=condition=Ready", "domain/green", "--timeout=60s");
        }
        out.println("$ helm install istiod-green <Istio's chart istiod> -n vl3-green -f green.yaml");
        istio("west").install("green", "vl3-green", "green");
        apply("west", BOOKINFO + "green/strict.yaml");
        apply("east", BOOKINFO + "green/kiosk.yaml");
        title("One pod in both: the ratings get a label, and serve a shop of red and a shop of green");
        out.println("$ ./vl3 kubectl west -n bookinfo patch deployment ratings-v1 -p '" + IN_BOTH + "'");
        kubectl.run("west", "-n", "bookinfo", "patch", "deployment", "ratings-v1", "-p", IN_BOTH);
        apply("west", BOOKINFO + "green/ratings.yaml");
        ready("east", "kiosk");
        kubectl.run("west", "-n", "bookinfo", "rollout", "status", "deployment/ratings-v1", "--timeout=60s");
        inForce("green", "authorizationpolicy/ratings-in-green");
        title("Each mesh sees it, and is seen by it, by an identity of its own; neither sees the other");
        kiosk("ratings.bookinfo.svc.green", text -> text.contains("spiffe://green.vl3.internal/ns/kiosk/sa/kiosk"));
        kiosk("ratings.bookinfo.svc.red", text -> text.contains("Could not resolve"));
        page();
    }

    private void kiosk(String host, Predicate<String> good) {
        String url = "http://" + host + ".vl3.internal:9080/ratings/0";
        show("kiosk", "kiosk", "curl " + url, good, "curl -sS -m 3 " + url + " 2>&1 || true");
    }

    private void inForce(String mesh, String... objects) {
        for (String object : objects) {
            out.println("$ ./vl3 kubectl west -n bookinfo wait --for=condition=vl3mesh.dev/" + mesh + " " + object);
            kubectl.run(
                    "west",
                    "-n",
                    "bookinfo",
                    "wait",
                    "--for=condition=vl3mesh.dev/" + mesh,
                    object,
                    "--timeout=" + PATIENCE_SECONDS + "s");
        }
    }

    private void page() {
        String path = "/api/v1/namespaces/bookinfo/services/productpage:9080/proxy/productpage";
        out.println("$ ./vl3 kubectl east get --raw " + path);
        long end = System.nanoTime() + PATIENCE_SECONDS * 1_000_000_000L;
        List<String> by = new ArrayList<>();
        do {
            by.clear();
            Matcher matcher =
                    BY.matcher(kubectl.attempt("east", "get", "--raw", path).output());
            while (matcher.find()) {
                by.add(TAG.matcher(matcher.group(1)).replaceAll(""));
            }
        } while (!wholePage(by) && System.nanoTime() < end);
        by.forEach(line -> out.println("      " + line));
        check(wholePage(by), "no page with reviews and ratings from west, asked for by identities");
    }

    private static boolean wholePage(List<String> by) {
        return by.stream().anyMatch(line -> line.matches("reviews .*west.* v3, asked by spiffe://red.*-productpage"))
                && by.stream().anyMatch(line -> line.matches("ratings .*west.*, asked by spiffe://red.*-reviews"));
    }

    private void check(boolean well, String what) {
        if (!well) {
            failures.add(what);
            out.println("      ^ THIS IS WRONG");
        }
    }

    private void lookAround() {
        out.print("""

                == Everything is left running. Look around:
                   ./vl3 ctl status                        what runs, who is linked, which domains
                   ./vl3 ctl domains                       the domains and their addresses
                   ./vl3 kubectl west get attachments      which pod has which address
                   ./vl3 ctl --context east mesh status red
                   ./vl3 kubectl east -n shop exec -it deploy/client -- sh
                   ./vl3 lab down                          take it all away
                """);
    }
}
