package io.assay.audit;

import static org.assertj.core.api.Assertions.assertThat;

import io.assay.analytics.Batch;
import io.assay.analytics.Cells;
import io.assay.analytics.ExperimentTotals;
import io.assay.analytics.InMemoryMetricStore;
import io.assay.analytics.Position;
import io.assay.analytics.Standing;
import io.assay.catalog.Generations;
import io.assay.catalog.Measured;
import io.assay.catalog.MeasuredExperiment;
import io.assay.catalog.Status;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.math.BigInteger;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Nights without the PostgreSQL that the query runs in, and without Kafka, so that no audit can be made. */
class AuditorTest {
    private static final Instant NOW = Instant.parse("2026-03-10T03:10:00Z");
    private static final MeasuredExperiment RUNNING = experiment("running", Long.MAX_VALUE);
    private static final MeasuredExperiment ENDED = experiment("ended", 1_000);

    private final Vertx vertx = Vertx.vertx();
    private final MeterRegistry registry = new SimpleMeterRegistry();
    private final AuditMeters meters = new AuditMeters(registry, true);
    private final InMemoryMetricStore store = new InMemoryMetricStore();
    private List<MeasuredExperiment> experiments = List.of();
    private int served = 1;

    private static MeasuredExperiment experiment(String id, long endMillis) {
        return new MeasuredExperiment(id, id, Status.ACTIVE, List.of(), List.of(), 0, endMillis);
    }

    /** The log is counted to long after the end of what has one. */
    @BeforeEach
    void counted() {
        long received = NOW.toEpochMilli();
        var progress = new Batch.Progress(1, 1, received);
        for (int generation = 1; generation <= 2; generation++) {
            var mark =
                    new Batch.Watermark(new Position(1, 0, generation), generation, 0, 1, received, received, progress);
            store.store(Batch.ofTotals(List.of(), List.of(mark))).await();
        }
    }

    @AfterEach
    void close() {
        vertx.close().await();
    }

    private void night() {
        JsonObject nowhere = new JsonObject().put("host", "127.0.0.1").put("port", 1);
        JsonObject config = new JsonObject()
                .put("portOffset", 6)
                .put("postgres", nowhere)
                .put("kafka", new JsonObject().put("bootstrap", "127.0.0.1:1"));
        Auditor auditor = new Auditor(
                vertx,
                AuditConfig.from(config),
                new Auditor.Neighbours(
                        () -> Future.succeededFuture(new Measured(
                                NOW.toEpochMilli(), experiments, new Generations(1, served, null, served, null))),
                        store,
                        ""),
                meters,
                Clock.fixed(NOW, ZoneOffset.UTC));
        meters.finished(Instant.EPOCH);
        auditor.all().await();
    }

    private void differs(MeasuredExperiment experiment) {
        Report report = new Report(1, experiment.id(), experiment.key(), 1, NOW);
        var standing = new Standing(0, new Batch.Progress(1, 1, 0), ExperimentTotals.NONE, 0);
        report.add(standing, List.of(new Cells.Difference("cell", BigInteger.ONE, BigInteger.TWO)));
        meters.serves(1);
        meters.audited(report);
    }

    private double gauge(String name) {
        return registry.get(name).gauge().value();
    }

    private double failed() {
        return registry.get("assay.audit.failed").counter().count();
    }

    @Test
    void aNightIsDoneOnceAllWasAuditedThatHadToBe() {
        experiments = List.of(ENDED);
        night();
        assertThat(failed()).isZero();
        assertThat(gauge("assay.audit.finished")).isEqualTo(NOW.getEpochSecond());
    }

    @Test
    void aNightInWhichAnAuditFailedIsNotDone() {
        experiments = List.of(RUNNING, ENDED);
        night();
        assertThat(failed()).isEqualTo(1);
        assertThat(gauge("assay.audit.finished")).isZero();
    }

    @Test
    void whatDifferedIsAuditedAgainThoughItIsFinal() {
        experiments = List.of(ENDED);
        differs(ENDED);
        night();
        assertThat(failed()).isEqualTo(1);
        assertThat(gauge("assay.audit.differences"))
                .as("nothing is known that is better")
                .isEqualTo(1);
    }

    @Test
    void whatDifferedInAnotherGenerationIsNoAlarmAnyMore() {
        experiments = List.of(ENDED);
        differs(ENDED);
        served = 2;
        night();
        assertThat(failed()).as("it is looked at all the same").isEqualTo(1);
        assertThat(gauge("assay.audit.differences")).isZero();
    }

    @Test
    void whereThereAreNoNightsNobodyMissesThem() {
        MeterRegistry other = new SimpleMeterRegistry();
        new AuditMeters(other, false).finished(NOW);
        assertThat(other.find("assay.audit.finished").gauge()).isNull();
    }
}
