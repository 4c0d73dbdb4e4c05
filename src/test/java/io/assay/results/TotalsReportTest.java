package io.assay.results;

import static org.assertj.core.api.Assertions.assertThat;

import io.assay.analytics.ExperimentTotals;
import io.assay.analytics.Scope;
import io.assay.analytics.ServedTotals;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.math.BigInteger;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TotalsReportTest {
    private static final String ZEROS = "{'signup':{'conversions':0,'events':0,'rate':0.000},"
            + "'revenue_30d':{'conversions':0,'events':0,'rate':0.000,'sum':0.00,'sum_of_squares':0.00,'mean_per_user':0.00}}";
    private static final String QUALITY = "'quality':{'multiple_exposures':12,'excluded_users':3,"
            + "'discarded':{'late':1,'too_old':3},'sample_ratio':{'expected':{'control':50,'green':33.34},'p_value':null}}}";

    private static final Form ALL = new Form(Scope.ALL, false);
    private static final Form DIAGNOSED = new Form(Scope.ALL, true);

    private final TotalsReport report = Samples.report();

    @Test
    void listsEveryVariantWithExactFigures() {
        assertThat(report.json(ALL).encode())
                .isEqualTo(("{'experiment_id':'k3v9q0x1m2ab','key':'button','status':'active',"
                                + "'as_of':'2026-03-10T12:00:00Z','lag_seconds':null,'final':true,'scope':'all','variants':["
                                + "{'key':'control','exposures':250000,'impressions':731204,'metrics':{"
                                + "'signup':{'conversions':12500,'events':12911,'rate':0.050},"
                                + "'revenue_30d':{'conversions':9120,'events':11002,'rate':0.03648,"
                                + "'sum':875000.00,'sum_of_squares':93411200.25,'mean_per_user':3.50}}},"
                                + "{'key':'green','exposures':0,'impressions':0,'metrics':" + ZEROS + "},"
                                + "{'key':'blue','exposures':0,'impressions':0,'metrics':" + ZEROS + "}]," + QUALITY)
                        .replace('\'', '"'));
    }

    @Test
    void keepsTheScopesApart() {
        JsonObject control = report.json(new Form(Scope.CLEAN, false))
                .getJsonArray("variants")
                .getJsonObject(0);

        assertThat(control.getLong("exposures")).isZero();
        assertThat(report.json(new Form(Scope.CLEAN, false)).getString("scope")).isEqualTo("clean");
    }

    @Test
    void isFinalOnlyWhenTheHorizonHasPassedTheLongestWindow() {
        Instant lastMidnight = Instant.parse("2026-03-03T00:00:00Z");
        assertThat(isFinal(lastMidnight)).isTrue();
        assertThat(isFinal(lastMidnight.minusMillis(1))).isFalse();
    }

    private static boolean isFinal(Instant horizon) {
        ServedTotals totals = new ServedTotals(ExperimentTotals.NONE, Samples.AS_OF, horizon);
        return new TotalsReport(Samples.BUTTON, totals, Optional.empty())
                .json(ALL)
                .getBoolean("final");
    }

    @Test
    void isATidyTableAsCsv() {
        assertThat(report.csv(ALL).lines())
                .hasSize(7)
                .startsWith(
                        "experiment_id,key,status,as_of,final,scope,variant,exposures,impressions,"
                                + "metric,conversions,events,rate,sum,sum_of_squares,mean_per_user",
                        "k3v9q0x1m2ab,button,active,2026-03-10T12:00:00Z,true,all,control,250000,731204,"
                                + "signup,12500,12911,0.050,,,",
                        "k3v9q0x1m2ab,button,active,2026-03-10T12:00:00Z,true,all,control,250000,731204,"
                                + "revenue_30d,9120,11002,0.03648,875000.00,93411200.25,3.50");
    }

    @Test
    void aWrongSplitShows() {
        TotalsReport counted = new TotalsReport(Samples.BUTTON, Samples.totals(), Optional.of(Samples.ratio()));

        assertThat(sampleRatio(counted, ALL).encode())
                .isEqualTo("{\"expected\":{\"control\":50,\"green\":33.34},\"p_value\":0.009737}");
        assertThat(sampleRatio(counted, DIAGNOSED).encode())
                .isEqualTo("{\"expected\":{\"control\":50,\"green\":33.34},\"p_value\":0.009737,"
                        + "\"chi_square\":6.682,\"degrees_of_freedom\":1,\"periods\":["
                        + "{\"from\":\"2026-01-01T00:00:00Z\",\"to\":\"2026-02-01T00:00:00Z\",\"variants\":{"
                        + "\"control\":{\"first_exposures\":640,\"expected\":599.952},"
                        + "\"green\":{\"first_exposures\":360,\"expected\":400.048}},\"p_value\":0.009737}]}");
    }

    private static JsonObject sampleRatio(TotalsReport report, Form form) {
        return report.json(form).getJsonObject("quality").getJsonObject("sample_ratio");
    }

    @Test
    void diagnosticsGiveEachRateItsInterval() {
        JsonArray variants = report.json(DIAGNOSED).getJsonArray("variants");
        JsonObject signup = variants.getJsonObject(0).getJsonObject("metrics").getJsonObject("signup");

        assertThat(signup.encode())
                .isEqualTo(
                        "{\"conversions\":12500,\"events\":12911,\"rate\":0.050,\"rate_interval\":[0.049153,0.050861]}");
        assertThat(variants.getJsonObject(1).encode())
                .as("of nobody nothing is known")
                .contains("\"rate\":0.000,\"rate_interval\":[0,1]");
    }

    @Test
    void theTableHasTheDiagnosticsToo() {
        TotalsReport counted = new TotalsReport(Samples.BUTTON, Samples.totals(), Optional.of(Samples.ratio()));

        assertThat(counted.csv(DIAGNOSED).lines().limit(3))
                .containsExactly(
                        "experiment_id,key,status,as_of,final,scope,variant,exposures,impressions,metric,conversions,"
                                + "events,rate,sum,sum_of_squares,mean_per_user,rate_low,rate_high,sample_ratio_p_value",
                        "k3v9q0x1m2ab,button,active,2026-03-10T12:00:00Z,true,all,control,250000,731204,"
                                + "signup,12500,12911,0.050,,,,0.049153,0.050861,0.009737",
                        "k3v9q0x1m2ab,button,active,2026-03-10T12:00:00Z,true,all,control,250000,731204,"
                                + "revenue_30d,9120,11002,0.03648,875000.00,93411200.25,3.50,0.035752,0.037222,0.009737");
    }

    @ParameterizedTest
    @CsvSource({
        "1, 3, 0.333333",
        "2, 3, 0.666667",
        "1, 2000000, 0.000000",
        "3, 2000000, 0.000002",
        "1, 1, 1.000",
        "0, 0, 0.000"
    })
    void roundsRatesHalfToEven(long conversions, long exposures, String rate) {
        assertThat(Figures.rate(conversions, exposures)).isEqualByComparingTo(rate);
    }

    @ParameterizedTest
    @CsvSource({
        "49990000, 49.99",
        "875000000000, 875000.00",
        "1, 0.000001",
        "-100000, -0.10",
        "123456789012345678901234567, 123456789012345678901.234567"
    })
    void writesSumsExactly(BigInteger micros, String sum) {
        assertThat(new JsonObject().put("s", Figures.sum(micros)).encode()).isEqualTo("{\"s\":" + sum + "}");
    }
}
