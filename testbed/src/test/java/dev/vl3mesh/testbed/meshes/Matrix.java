package dev.vl3mesh.testbed.meshes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vl3mesh.model.address.IpFamily;
import dev.vl3mesh.testbed.fixture.World;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Who reaches whom, in which mesh, as whom: a pod calls every kind of pod of the other cluster, by every protocol, by
/// name, by virtual address and by the pod's own, in both families.
final class Matrix {
    private static final Map<String, String> PORTS = Map.of("http", "80", "tcp", "81", "grpc", "82");
    private static final Map<String, String> TARGET_PORTS = Map.of("http", "8080", "tcp", "8078", "grpc", "8079");

    private static final int AT_ONCE = 20;

    private final TwoMeshes meshes;

    Matrix(TwoMeshes meshes) {
        this.meshes = meshes;
    }

    /// @param words what `ask.sh` is asked
    /// @param answer that a member gets
    private record Question(String mesh, String words, String answer) {}

    private static String literal(String address) {
        return address.contains(":") ? "[" + address + "]" : address;
    }

    /// What can be asked of a namespace's service in a mesh, of its pod in a cluster.
    private List<Question> questions(String mesh, String namespace, String cluster, String caller) {
        List<Question> questions = new ArrayList<>();
        Map<String, String> answers = Map.of(
                "http",
                "By=" + TwoMeshes.identity(mesh, namespace) + " URI=" + TwoMeshes.identity(mesh, caller)
                        + " status=200",
                "tcp",
                "hello",
                "grpc",
                "RTT");
        String host = TwoMeshes.host("web", namespace, mesh);
        for (IpFamily family : IpFamily.values()) {
            String number = family == IpFamily.V4 ? " 4 " : " 6 ";
            String virtual = literal(meshes.virtual(namespace, mesh, family));
            String own = literal(meshes.pod(cluster, namespace).address(mesh, family));
            answers.forEach((protocol, answer) -> {
                String port = PORTS.getOrDefault(protocol, "");
                String header = protocol.equals("http") ? " " + host : "";
                questions.add(new Question(mesh, protocol + number + host + " " + port, answer));
                if (!protocol.equals("grpc")) { // it would carry the address as its host, see docs/istio.md
                    questions.add(new Question(mesh, protocol + number + virtual + " " + port + header, answer));
                }
                questions.add(new Question(
                        mesh, protocol + number + own + " " + TARGET_PORTS.getOrDefault(protocol, ""), answer));
            });
            questions.add(
                    new Question(mesh, "udp" + number + TwoMeshes.host("udp", namespace, mesh) + " 8078", "hello"));
            questions.add(new Question(mesh, "udp" + number + own + " 8078", "hello"));
            questions.add(
                    new Question(mesh, "icmp" + number + TwoMeshes.host("udp", namespace, mesh) + " 0", "1 received"));
            questions.add(new Question(mesh, "icmp" + number + own + " 0", "1 received"));
        }
        return questions;
    }

    private static boolean isAnswered(String outcome) {
        return outcome.contains("status=200")
                || outcome.contains("URI=")
                || outcome.contains("hello")
                || outcome.contains("RTT")
                || outcome.contains("1 received");
    }

    /// Asks until everything comes out as it should: calls that a member makes a few at a time, for they are work; what
    /// nobody answers all at once, for it is waiting.
    void check(String cluster, String from) {
        String other = cluster.equals("east") ? "west" : "east";
        for (String mesh : TwoMeshes.MESHES) {
            boolean member = TwoMeshes.members(mesh).contains(from);
            List<Question> questions = new ArrayList<>();
            TwoMeshes.members(mesh).forEach(to -> questions.addAll(questions(mesh, to, other, from)));
            int some = member ? AT_ONCE : questions.size();
            for (int first = 0; first < questions.size(); first += some) {
                ask(cluster, from, member, questions.subList(first, Math.min(first + some, questions.size())));
            }
        }
    }

    private void ask(String cluster, String from, boolean member, List<Question> questions) {
        List<Question> open = new ArrayList<>(questions);
        World.eventually().untilAsserted(() -> {
            List<String> answers = TwoMeshes.ask(
                    meshes.pod(cluster, from),
                    open.stream().map(Question::words).toList());
            Map<Question, String> surprises = new LinkedHashMap<>();
            for (int i = 0; i < answers.size(); i++) {
                String answer = answers.get(i);
                if (member ? !answer.equals(open.get(i).answer()) : isAnswered(answer)) {
                    surprises.put(open.get(i), answer);
                }
            }
            open.retainAll(surprises.keySet());
            assertThat(surprises).as(cluster + "/" + from).isEmpty();
        });
    }
}
