package dev.vl3mesh.ctl.envoy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.Test;

class ApplicationTest {
    private static String cluster(String name, int tried, int failed) {
        return """
                {"name": "%s", "host_statuses": [{"stats": [
                  {"name": "cx_connect_fail"%s}, {"name": "cx_total"%s}]}]}
                """.formatted(name, value(failed), value(tried));
    }

    private static String value(int count) {
        return count == 0 ? "" : ", \"value\": \"" + count + "\"";
    }

    @Test
    void aPortIsDeafWhereEveryConnectionWasRefused() throws JsonProcessingException {
        String clusters = "{\"cluster_statuses\": ["
                + String.join(
                        ",",
                        cluster("inbound|8080||", 3, 0),
                        cluster("inbound|7070||", 2, 2),
                        cluster("inbound|9090||", 5, 1),
                        cluster("inbound|9091||", 0, 0),
                        "{\"name\": \"inbound|9092||\"}",
                        cluster("outbound|80||web.shop.svc.red.vl3.internal", 2, 2))
                + "]}";
        assertThat(Application.deafPorts(new ObjectMapper().readTree(clusters))).containsExactly(7070);
    }
}
