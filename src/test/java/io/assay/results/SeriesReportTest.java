package io.assay.results;

import static org.assertj.core.api.Assertions.assertThat;

import io.assay.analytics.DayTotals;
import io.assay.analytics.ExperimentTotals;
import io.assay.analytics.Scope;
import io.assay.analytics.ServedTotals;
import io.assay.analytics.VariantTotals;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SeriesReportTest {
    private static final Form ALL = new Form(Scope.ALL, false);
    private static final String NOT_FINAL = "2026-02-01T00:00:00Z";
    private static final String FINAL = "2026-03-03T00:00:00Z";

    private static ExperimentTotals totals(long users) {
        Map<String, VariantTotals> all = Map.of("control", new VariantTotals(users, users, Map.of()));
        return new ExperimentTotals(all, Map.of(), 0, 0, Map.of());
    }

    private static DayTotals day(String day, long users) {
        return new DayTotals((int) LocalDate.parse(day).toEpochDay(), totals(users));
    }

    /** Times and users of control; 99 is what there is now. */
    private static List<String> points(@Nullable String asOf, String horizon, DayTotals... days) {
        ServedTotals now = new ServedTotals(
                totals(99), asOf == null ? null : Instant.parse(asOf), asOf == null ? null : Instant.parse(horizon));
        List<String> points = new ArrayList<>();
        new SeriesReport(Samples.BUTTON, now, List.of(days))
                .points()
                .forEach(point -> points.add(point.at() + " "
                        + point.totals().variant(Scope.ALL, "control").exposures()));
        return points;
    }

    @Test
    void aDayIsWhatStoodAtTheMidnightAfterIt() {
        assertThat(points(
                        "2026-01-12T08:00:00Z",
                        NOT_FINAL,
                        day("2026-01-10", 5),
                        day("2026-01-11", 7),
                        day("2026-01-12", 9)))
                .containsExactly("2026-01-11T00:00:00Z 5", "2026-01-12T00:00:00Z 7", "2026-01-12T08:00:00Z 99");
    }

    @Test
    void onDaysWithoutAChangeTheTotalsStandStill() {
        assertThat(points("2026-01-14T08:00:00Z", NOT_FINAL, day("2026-01-10", 5), day("2026-01-12", 9)))
                .containsExactly(
                        "2026-01-11T00:00:00Z 5",
                        "2026-01-12T00:00:00Z 5",
                        "2026-01-13T00:00:00Z 9",
                        "2026-01-14T00:00:00Z 9",
                        "2026-01-14T08:00:00Z 99");
    }

    @Test
    void aMidnightThatNotAllPartitionsHavePassedIsNotThereYet() {
        assertThat(points(
                        "2026-01-11T23:59:59.999Z",
                        NOT_FINAL,
                        day("2026-01-10", 5),
                        day("2026-01-11", 7),
                        day("2026-01-12", 9)))
                .containsExactly("2026-01-11T00:00:00Z 5", "2026-01-11T23:59:59.999Z 99");
        assertThat(points(null, NOT_FINAL, day("2026-01-10", 5))).containsExactly("null 99");
    }

    @Test
    void whatIsFinalStandsStillAndIsNotRepeated() {
        assertThat(points("2026-06-01T00:00:00Z", FINAL, day("2026-02-28", 5), day("2026-03-02", 7)))
                .containsExactly(
                        "2026-03-01T00:00:00Z 5",
                        "2026-03-02T00:00:00Z 5",
                        "2026-03-03T00:00:00Z 7",
                        "2026-06-01T00:00:00Z 99");
    }

    @Test
    void beforeAnythingWasCountedThereIsOnlyNow() {
        assertThat(points("2026-01-11T08:00:00Z", NOT_FINAL)).containsExactly("2026-01-11T08:00:00Z 99");
    }

    @Test
    void everyPointHasAllVariantsInBothFormats() {
        ServedTotals now = Samples.totals();
        SeriesReport series = new SeriesReport(Samples.BUTTON, now, List.of(day("2026-03-09", 5)));

        assertThat(series.json(ALL).encode())
                .startsWith(
                        "{\"experiment_id\":\"k3v9q0x1m2ab\",\"key\":\"button\",\"status\":\"active\","
                                + "\"as_of\":\"2026-03-10T12:00:00Z\",\"lag_seconds\":null,\"final\":true,\"scope\":\"all\","
                                + "\"series\":[{\"at\":\"2026-03-10T00:00:00Z\",\"variants\":[{\"key\":\"control\",\"exposures\":5,");
        assertThat(series.csv(ALL).lines())
                .hasSize(1 + 2 * 3 * 2)
                .element(1)
                .isEqualTo("k3v9q0x1m2ab,button,active,2026-03-10T00:00:00Z,true,all,control,5,5,signup,0,0,0.000,,,");
    }
}
