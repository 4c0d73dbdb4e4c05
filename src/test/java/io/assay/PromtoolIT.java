package io.assay;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Alert rules and dashboard in the hands of Prometheus' own tool. */
class PromtoolIT {
    private static final Path FIRINGS = Path.of("src/test/resources/k8s/firings.yaml");
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path folder;

    @Test
    void prometheusTakesTheRules() throws Exception {
        assertThat(promtool("check", "rules", rules(true))).contains("SUCCESS");
    }

    @Test
    void everyAlertFiresWhenItShouldAndNotBefore() throws Exception {
        rules(false);
        Files.copy(FIRINGS, folder.resolve("firings.yaml"));
        assertThat(promtool("test", "rules", "firings.yaml")).contains("SUCCESS");
    }

    /** A query of the dashboard is one that a recording rule could have. */
    @Test
    void prometheusTakesTheQueriesOfTheDashboard() throws Exception {
        ObjectNode file = JSON.createObjectNode();
        ArrayNode rules =
                file.putArray("groups").addObject().put("name", "dashboard").putArray("rules");
        for (String query : new TreeSet<>(Queries.all().values())) {
            rules.addObject()
                    .put("record", "panel_" + rules.size())
                    .put("expr", query.replace("$__rate_interval", "5m").replace("$stage", ".*"));
        }
        JSON.writeValue(folder.resolve("dashboard.yaml").toFile(), file);
        assertThat(rules.size()).isGreaterThan(30);
        assertThat(promtool("check", "rules", "dashboard.yaml")).contains("SUCCESS");
    }

    @Test
    void noAlertGoesUntested() throws IOException {
        Set<String> alerts = new TreeSet<>();
        Queries.alerts().forEach(alert -> alerts.add(alert.path("alert").asText()));
        Set<String> fired = new TreeSet<>();
        Set<String> silent = new TreeSet<>();
        for (JsonNode test : Manifests.yaml(FIRINGS).path("tests")) {
            for (JsonNode claim : test.path("alert_rule_test")) {
                (claim.path("exp_alerts").isEmpty() ? silent : fired)
                        .add(claim.path("alertname").asText());
            }
        }
        assertThat(fired).isEqualTo(alerts);
        assertThat(silent).isEqualTo(alerts);
    }

    /** The rules as a file of Prometheus; without the texts for people, a test need not repeat them. */
    private String rules(boolean withTexts) throws IOException {
        ObjectNode spec = (ObjectNode) Manifests.yaml(Queries.RULES).path("spec");
        if (!withTexts) {
            spec.path("groups")
                    .forEach(group -> group.path("rules").forEach(rule -> ((ObjectNode) rule).remove("annotations")));
        }
        JSON.writeValue(folder.resolve("rules.yaml").toFile(), spec);
        return "rules.yaml";
    }

    private String promtool(String... words) throws Exception {
        String[] command = new String[words.length + 1];
        command[0] = "promtool";
        System.arraycopy(words, 0, command, 1, words.length);
        Process process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output;
    }
}
