package io.assay.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import io.assay.platform.ApiError;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TargetingCheckTest {
    private static List<String> check(String targeting) {
        Findings findings = new Findings();
        new TargetingCheck(findings).check(new Fields(ExperimentJson.object(targeting), "", findings));
        try {
            findings.refuse();
            return List.of();
        } catch (ApiError refused) {
            return refused.errors().stream()
                    .map(e -> e.pointer() + " " + e.code())
                    .toList();
        }
    }

    private static List<String> rule(String rule) {
        return check("{\"rules\":[" + rule + "]}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "in",
                "not_in",
                "gt",
                "gte",
                "lt",
                "lte",
                "version_gte",
                "version_lt",
                "contains",
                "starts_with",
                "ends_with"
            })
    void everyOperatorTakesStringsNumbersAndBooleans(String op) {
        assertThat(rule("{\"attribute\":\"a\",\"op\":\"" + op + "\",\"values\":[\"x\",1.5,true]}"))
                .isEmpty();
        assertThat(rule("{\"attribute\":\"a\",\"op\":\"" + op + "\"}")).containsExactly("/rules/0/values required");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "|''",
                ",\"values\":[true]|''",
                ",\"values\":[false]|''",
                ",\"values\":[]|/rules/0/values invalid_value",
                ",\"values\":[true,false]|/rules/0/values invalid_value",
                ",\"values\":[\"true\"]|/rules/0/values invalid_value",
                ",\"values\":true|/rules/0/values invalid_value"
            })
    void existsTakesNothingOrOneBoolean(String values, String found) {
        assertThat(String.join(
                        "", rule("{\"attribute\":\"a\",\"op\":\"exists\"" + (values == null ? "" : values) + "}")))
                .isEqualTo(found);
    }

    @Test
    void valuesAreBoundedInNumberAndSize() {
        String two = String.join(",", Collections.nCopies(200, "1"));
        assertThat(rule("{\"attribute\":\"a\",\"op\":\"in\",\"values\":[" + two + "]}"))
                .isEmpty();
        assertThat(rule("{\"attribute\":\"a\",\"op\":\"in\",\"values\":[" + two + ",1]}"))
                .containsExactly("/rules/0/values invalid_value");
        assertThat(rule("{\"attribute\":\"a\",\"op\":\"in\",\"values\":[]}"))
                .containsExactly("/rules/0/values invalid_value");
        assertThat(rule("{\"attribute\":\"a\",\"op\":\"in\",\"values\":[\"" + "ä".repeat(128) + "\"]}"))
                .isEmpty();
        assertThat(rule("{\"attribute\":\"a\",\"op\":\"in\",\"values\":[\"" + "ä".repeat(129)
                        + "\", null, [], {}, 1e400]}"))
                .containsExactly(
                        "/rules/0/values/0 invalid_value",
                        "/rules/0/values/1 invalid_value",
                        "/rules/0/values/2 invalid_value",
                        "/rules/0/values/3 invalid_value",
                        "/rules/0/values/4 invalid_value");
    }

    @Test
    void thereAreUpTo20Rules() {
        String rule = "{\"attribute\":\"a\",\"op\":\"exists\"}";
        assertThat(check("{\"rules\":[" + String.join(",", Collections.nCopies(20, rule)) + "]}"))
                .isEmpty();
        assertThat(check("{\"rules\":[" + String.join(",", Collections.nCopies(21, rule)) + "]}"))
                .containsExactly("/rules invalid_value");
    }

    @Test
    void theUserIdIsNoAttribute() {
        assertThat(rule("{\"attribute\":\"user_id\",\"op\":\"exists\"}"))
                .containsExactly("/rules/0/attribute invalid_value");
        assertThat(rule("{\"attribute\":\"\",\"op\":\"exists\"}")).containsExactly("/rules/0/attribute invalid_value");
        assertThat(rule("7")).containsExactly("/rules/0 invalid_value");
    }

    @Test
    void platformsAndSegmentsAreStrings() {
        assertThat(check("{\"platforms\":[\"web\"],\"user_segments\":[\"a\",\"b\"]}"))
                .isEmpty();
        assertThat(check("{\"platforms\":[],\"user_segments\":[1]}"))
                .containsExactly("/platforms invalid_value", "/user_segments/0 invalid_value");
    }

    @Test
    void whatPassesHereTheEngineTakes() {
        Map<String, Object> written = ExperimentJson.object(
                """
                {"platforms":["web"],"rules":[{"attribute":"a","op":"in","values":["x",1.50,true]},{"attribute":"b","op":"exists"}]}""");
        assertThat(Served.targeting(written)).isNotNull().satisfies(t -> assertThat(t.rules())
                .hasSize(2));
    }
}
