package io.assay.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.assay.platform.ApiError;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DefinitionReaderTest {
    private static final String VARIANTS =
            "\"variants\":[{\"key\":\"control\",\"allocation\":50},{\"key\":\"b\",\"allocation\":50}]";

    private static Definition read(String members) {
        return DefinitionReader.read(ExperimentJson.object("{\"key\":\"k\"," + VARIANTS + members + "}"));
    }

    private static ApiError refusal(String body) {
        ApiError refused =
                catchThrowableOfType(ApiError.class, () -> DefinitionReader.read(ExperimentJson.object(body)));
        assertThat(refused).as("refusal of " + body).isNotNull();
        return refused;
    }

    /** {@code pointer code} of what is wrong with a good definition that has these members too. */
    private static List<String> findings(String members) {
        return found(refusal("{\"key\":\"k\"," + VARIANTS + "," + members + "}"));
    }

    private static List<String> findingsOfVariants(String variants) {
        return found(refusal("{\"key\":\"k\",\"variants\":" + variants + "}"));
    }

    private static List<String> found(ApiError refused) {
        return refused.errors().stream().map(e -> e.pointer() + " " + e.code()).toList();
    }

    @Test
    void allErrorsAreFoundAtOnce() {
        ApiError refused = refusal(
                """
                {"key": "-", "name": 7, "rollout": 0.001, "start": "yesterday", "metrics": ["a", "a", {"key": "m"}],
                 "variants": [{"key": "control", "allocation": 50}, {"key": "b", "allocation": 49.9, "config": []}],
                 "overrides": {"u": "c"}, "targeting": {"rules": [{"attribute": "x", "op": "like", "values": []}]}}""");
        assertThat(refused.status()).isEqualTo(422);
        assertThat(found(refused))
                .containsExactlyInAnyOrder(
                        "/key invalid_value",
                        "/name invalid_value",
                        "/rollout invalid_value",
                        "/start invalid_value",
                        "/metrics/1 duplicate",
                        "/metrics/2/event required",
                        "/metrics/2/kind required",
                        "/variants allocation_sum",
                        "/variants/1/config invalid_value",
                        "/overrides/u unknown_variant",
                        "/targeting/rules/0/op unknown_operator",
                        "/targeting/rules/0/values invalid_value");
    }

    @Test
    void anUnknownMemberIs400ByItsName() {
        ApiError refused = refusal(
                """
                {"key": "k", "salt": "12345678", "variants": [{"key": "control", "allocation": 100, "weight": 1},
                 {"key": "b", "allocation": 0}], "targeting": {"country": ["de"], "a/b~c": 1}}""");
        assertThat(refused.status()).isEqualTo(400);
        assertThat(found(refused))
                .containsExactlyInAnyOrder(
                        "/salt unknown_member",
                        "/variants/0/weight unknown_member",
                        "/targeting/country unknown_member",
                        "/targeting/a~1b~0c unknown_member");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-a", ".a", "a b", "a/b", "ä", "a\\n", "a\\u0000"})
    void whatIsNoKeyIsRefused(String key) {
        assertThat(found(refusal("{\"key\":\"" + key + "\"," + VARIANTS + "}"))).containsExactly("/key invalid_value");
    }

    @Test
    void aKeyHasUpTo100Characters() {
        assertThat(found(refusal("{\"key\":\"" + "a".repeat(101) + "\"," + VARIANTS + "}")))
                .hasSize(1);
        assertThat(DefinitionReader.read(
                                ExperimentJson.object("{\"key\":\"" + "a".repeat(100) + "\"," + VARIANTS + "}"))
                        .key())
                .hasSize(100);
        assertThat(found(refusal("{}"))).contains("/key required", "/variants required");
    }

    @Test
    void thereAre2To20VariantsAndOneIsControl() {
        assertThat(findingsOfVariants("[{\"key\":\"control\",\"allocation\":100}]"))
                .containsExactly("/variants invalid_value");
        assertThat(findingsOfVariants("[" + String.join(",", Collections.nCopies(21, "{}")) + "]"))
                .containsExactly("/variants invalid_value");
        assertThat(findingsOfVariants("[{\"key\":\"a\",\"allocation\":50},{\"key\":\"b\",\"allocation\":50}]"))
                .containsExactly("/variants no_control");
        assertThat(findingsOfVariants(
                        "[{\"key\":\"control\",\"allocation\":50},{\"key\":\"control\",\"allocation\":50}]"))
                .containsExactly("/variants duplicate");
        assertThat(findingsOfVariants(
                        "[{\"key\":\"control\",\"allocation\":50,\"dropped\":true},{\"key\":\"b\",\"allocation\":50}]"))
                .containsExactly("/variants/0/dropped control_stays");
        assertThat(findingsOfVariants("[null, 3]"))
                .containsExactly("/variants/0 invalid_value", "/variants/1 invalid_value");
    }

    @ParameterizedTest
    @CsvSource({"0.29,99.71,29", "33.34,66.66,3334", "0,100,0", "1e1,90.00,1000", "100.0,0.00,10000"})
    void anAllocationIsItsHundredths(String control, String other, int buckets) {
        Definition read = DefinitionReader.read(ExperimentJson.object(
                "{\"key\":\"k\",\"variants\":[{\"key\":\"control\",\"allocation\":%s},{\"key\":\"b\",\"allocation\":%s}]}"
                        .formatted(control, other)));
        assertThat(read.variants().get(0).buckets()).isEqualTo(buckets);
    }

    @ParameterizedTest
    @ValueSource(strings = {"-1", "100.01", "33.333", "\"50\"", "true", "1e-3", "1e40"})
    void whatIsNoAllocationIsRefused(String allocation) {
        assertThat(findingsOfVariants("[{\"key\":\"control\",\"allocation\":%s},{\"key\":\"b\",\"allocation\":50}]"
                        .formatted(allocation)))
                .containsExactly("/variants/0/allocation invalid_value");
    }

    @ParameterizedTest
    @CsvSource({"50,49.99,99.99", "50,50.01,100.01", "0,0,0"})
    void allocationsSumToExactly100(String control, String other, String sum) {
        ApiError refused = refusal(
                "{\"key\":\"k\",\"variants\":[{\"key\":\"control\",\"allocation\":%s},{\"key\":\"b\",\"allocation\":%s}]}"
                        .formatted(control, other));
        assertThat(found(refused)).containsExactly("/variants allocation_sum");
        assertThat(refused.detail()).contains("sum to " + sum + " ");
    }

    @Test
    void aConfigHasUpTo8KiB() {
        String config = "{\"a\":\"" + "x".repeat(8192 - 8) + "\"}";
        String variants = "[{\"key\":\"control\",\"allocation\":50,\"config\":%s},{\"key\":\"b\",\"allocation\":50}]";
        assertThat(DefinitionReader.read(ExperimentJson.object(
                                "{\"key\":\"k\",\"variants\":" + variants.formatted(config) + "}"))
                        .variants()
                        .get(0)
                        .config())
                .isEqualTo(config);
        assertThat(findingsOfVariants(variants.formatted(config.replace("x\"", "xx\""))))
                .containsExactly("/variants/0/config too_large");
    }

    @Test
    void overridesNameUsersAndVariants() {
        assertThat(read(",\"overrides\":{\"__proto__\":\"b\"}").overrides()).containsEntry("__proto__", "b");
        assertThat(findings("\"overrides\":{\"\":\"b\",\"a\\u0007\":\"b\",\"x\":\"c\",\"y\":1}"))
                .containsExactly(
                        "/overrides/ invalid_user_id",
                        "/overrides/a\u0007 invalid_user_id",
                        "/overrides/x unknown_variant",
                        "/overrides/y unknown_variant");
        assertThat(findings("\"overrides\":{\"" + "ä".repeat(129) + "\":\"b\"}"))
                .hasSize(1);
        List<String> users = new ArrayList<>();
        for (int i = 0; i < 101; i++) {
            users.add("\"u" + i + "\":\"b\"");
        }
        assertThat(findings("\"overrides\":{" + String.join(",", users) + "}")).containsExactly("/overrides too_many");
        assertThat(read(",\"overrides\":{" + String.join(",", users.subList(1, 101)) + "}")
                        .overrides())
                .hasSize(100);
    }

    @Test
    void metricsAreNamesOrWhole() {
        Definition read =
                read(",\"metrics\":[\"a:b\",{\"key\":\"r\",\"event\":\"e\",\"kind\":\"sum\",\"window\":\"90d\"}]");
        assertThat(read.metrics())
                .containsExactly(
                        MetricChoice.named("a:b"),
                        MetricChoice.of(new MetricDefinition("r", "e", Metric.Kind.SUM, "90d")));
        assertThat(findings("\"metrics\":[\"a b\",7,{\"key\":\"r\",\"event\":\"e\",\"kind\":\"mean\"}]"))
                .containsExactly(
                        "/metrics/0 invalid_value", "/metrics/1 invalid_value", "/metrics/2/kind invalid_value");
        String many = String.join(",", Collections.nCopies(51, "\"m\""));
        assertThat(findings("\"metrics\":[" + many + "]")).containsExactly("/metrics invalid_value");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "30",
                "\"30\"",
                "\"0d\"",
                "\"030d\"",
                "\"91d\"",
                "\"129601m\"",
                "\"2161h\"",
                "\"1w\"",
                "\"-1d\"",
                "\"9999999999d\"",
                "\"1.5d\""
            })
    void whatIsNoWindowIsRefused(String window) {
        assertThat(findings("\"metrics\":[{\"key\":\"r\",\"event\":\"e\",\"kind\":\"sum\",\"window\":" + window + "}]"))
                .containsExactly("/metrics/0/window invalid_value");
    }

    @ParameterizedTest
    @CsvSource({"1m,60000", "129600m,7776000000", "2160h,7776000000", "90d,7776000000"})
    void aWindowIsUpTo90Days(String text, long millis) {
        assertThat(Window.millis(text)).isEqualTo(millis);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"2026-03-01\"",
                "\"2026-03-01T09:00:00\"",
                "\"1969-12-31T23:59:59Z\"",
                "\"+10000-01-01T00:00:00Z\"",
                "1772355600000",
                "\"\""
            })
    void whatIsNoTimeIsRefused(String time) {
        assertThat(findings("\"start\":" + time)).containsExactly("/start invalid_value");
    }

    @Test
    void theEndIsAfterTheStart() {
        assertThat(findings("\"start\":\"2026-03-01T09:00:00+01:00\",\"end\":\"2026-03-01T08:00:00Z\""))
                .containsExactly("/end invalid_value");
    }

    @Test
    void nullIsTheSameAsAbsent() {
        assertThat(
                        read(
                                ",\"targeting\":null,\"layer\":null,\"rollout\":null,\"overrides\":null,\"metrics\":null,\"start\":null,\"name\":null"))
                .isEqualTo(read(""));
    }
}
