package io.assay;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.assay.Queries.Sample;
import io.assay.Queries.Selector;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Dashboard and alert rules, as far as they can be judged without a stack that runs. */
class MonitoringTest {
    private static final Path MANUAL = Path.of("docs/operating.md");

    @Test
    void theMetricsOfAQueryAreFoundWhateverStandsAroundThem() {
        assertThat(
                        Queries.selectors(
                                """
                        sum by (stage, le) (rate(a_b_total{outcome="5xx", stage=~"$stage"}[5m]))
                          / on (stage) group_left (x) max(c) > 0.01 and d offset 5m"""))
                .containsExactly(
                        new Selector("a_b_total", "{outcome=\"5xx\", stage=~\"$stage\"}"),
                        new Selector("c", ""),
                        new Selector("d", ""));
    }

    @Test
    void aSampleIsTheOneAskedForOnlyIfItsLabelsFit() {
        List<Sample> scrape = Sample.of(
                """
                # HELP a_total what it counts
                a_total{outcome="5xx",stage="door"} 1.0
                b 2.0
                """);
        assertThat(new Selector("a_total", "{outcome=\"5xx\", stage=~\"$stage\"}").isIn(scrape))
                .isTrue();
        assertThat(new Selector("a_total", "{outcome=\"4xx\"}").isIn(scrape)).isFalse();
        assertThat(new Selector("a_total", "{outcome!=\"5xx\"}").isIn(scrape)).isFalse();
        assertThat(new Selector("b", "").isIn(scrape)).isTrue();
        assertThat(new Selector("a", "").isIn(scrape)).isFalse();
    }

    @Test
    void everyAlertSaysWhatIsWrongAndWhatToDoAndHasItsPlaceInTheManual() throws IOException {
        String manual = Files.readString(MANUAL);
        for (JsonNode alert : Queries.alerts()) {
            String name = alert.path("alert").asText();
            assertThat(name).startsWith("Assay");
            assertThat(alert.at("/labels/severity").asText()).as(name).isIn("critical", "warning");
            assertThat(alert.at("/annotations/summary").asText()).as(name).isNotBlank();
            assertThat(alert.at("/annotations/description").asText().length())
                    .as(name + " says what to do")
                    .isGreaterThan(100);
            assertThat(manual).as(name).contains("`" + name + "`");
        }
    }

    @Test
    void thereIsNoSecondAlertOrPanelOfAName() throws IOException {
        assertThat(Queries.alerts().stream().map(alert -> alert.path("alert").asText()))
                .doesNotHaveDuplicates();
        assertThat(Queries.panels().stream().map(panel -> panel.path("id").asInt()))
                .doesNotHaveDuplicates();
        assertThat(Queries.panels().stream().map(panel -> panel.path("title").asText()))
                .doesNotHaveDuplicates();
    }

    @Test
    void everyPanelSaysWhatItShowsAndAnAlertThatItNamesExists() throws IOException {
        Set<String> alerts = Queries.alerts().stream()
                .map(alert -> alert.path("alert").asText())
                .collect(Collectors.toSet());
        for (JsonNode panel : Queries.panels()) {
            if (!panel.path("type").asText().equals("row")) {
                String description = panel.path("description").asText();
                assertThat(description).as(panel.path("title").asText()).isNotBlank();
                java.util.regex.Pattern.compile("Assay[A-Z]\\w+")
                        .matcher(description)
                        .results()
                        .forEach(named -> assertThat(alerts).contains(named.group()));
            }
        }
    }

    @Test
    void everyMetricThatIsAskedForIsExplainedInTheManual() throws IOException {
        String manual = Files.readString(MANUAL);
        Set<String> unexplained = new TreeSet<>();
        for (Selector selector : Queries.asked().keySet()) {
            String family = selector.metric().replaceFirst("_(bucket|count|sum|max)$", "");
            if (!manual.contains("`" + family) && !manual.contains("`" + selector.metric())) {
                unexplained.add(selector.metric());
            }
        }
        assertThat(unexplained).isEmpty();
    }
}
