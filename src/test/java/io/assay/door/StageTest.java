package io.assay.door;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StageTest {
    @ParameterizedTest
    @CsvSource({
        "/experiments, ADMIN",
        "/experiments/abc, ADMIN",
        "/experiments/results, ADMIN",
        "/experiments/abc/users/results, ADMIN",
        "/experiments/abc/kill, ADMIN",
        "/experiments/abc/results, RESULTS",
        "/experiments/abc/results/series, RESULTS",
        "/experiments/abc/resultsX, ADMIN",
        "/experiments/abc/audit, AUDIT",
        "/experiments/abc/audit/x, ADMIN",
        "/layers, ADMIN",
        "/layers/checkout, ADMIN",
        "/metrics-definitions, ADMIN",
        "/holdout, ADMIN",
        "/keys/1, ADMIN",
        "/users/u%2F1, ADMIN",
        "/rebuild/flip, ADMIN",
        "/openapi.yaml, ADMIN",
        "/config, CONFIG",
        "/config/emergency, CONFIG",
        "/assignments, ASSIGNMENT",
        "/ofrep/v1/evaluate/flags/a, ASSIGNMENT",
        "/events, INGESTION",
    })
    void aPathBelongsToItsStage(String path, Stage stage) {
        assertThat(Stage.of(path)).isEqualTo(stage);
    }

    @ParameterizedTest
    @CsvSource({"/", "''", "/metrics", "/metrics/x", "/health", "/experimentsX", "/configs", "experiments", "//events"})
    void otherPathsAreNobodys(String path) {
        assertThat(Stage.of(path)).isNull();
    }
}
