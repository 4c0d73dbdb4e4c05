package io.assay.analytics;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Future;
import java.math.BigInteger;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What every store of counts must do. */
abstract class MetricStoreContract {
    private static final BigInteger HUGE = BigInteger.TEN.pow(33).add(BigInteger.ONE);

    private final int generation = (int) (System.nanoTime() & 0xffffff);

    /** The store under test, empty or with the rows of other generations. */
    abstract MetricStore store();

    @Test
    void totalsAreTheSumOfTheNewestRowOfEveryPartition() {
        int topic = topic("aggregates");
        aggregate(topic, 0, 10, totals(3));
        aggregate(topic, 1, 4, totals(5));
        aggregate(topic, 0, 12, totals(4));
        assertThat(read()).isEqualTo(totals(4).plus(totals(5)));
        assertThat(read().variant(Scope.ALL, "B").metric("m").sumOfSquares())
                .isEqualTo(HUGE.multiply(BigInteger.valueOf(9)));
    }

    @Test
    void aLowerPositionNeverWins() {
        assertThat(newestAfterAReplay()).isEqualTo(totals(4));
    }

    /** What is served after the rows at 10 and 12 came, and those at 9 and 10 again. */
    ExperimentTotals newestAfterAReplay() {
        int topic = topic("aggregates");
        aggregate(topic, 0, 10, totals(3));
        aggregate(topic, 0, 12, totals(4));
        aggregate(topic, 0, 9, totals(2));
        aggregate(topic, 0, 10, totals(3));
        return read();
    }

    @Test
    void withinABatchTheHighestPositionWins() {
        int topic = topic("aggregates");
        store(batch(List.of(row(topic, 0, 5, totals(1)), row(topic, 0, 7, totals(3)), row(topic, 0, 6, totals(2)))));
        assertThat(read()).isEqualTo(totals(3));
    }

    @Test
    void aTopicMadeAnewHasTheNewerPositions() {
        aggregate(topic("aggregates"), 0, 100, totals(3));
        aggregate(topic("aggregates"), 0, 1, totals(4));
        assertThat(read()).isEqualTo(totals(4));
    }

    @Test
    void aTopicKeepsItsNumber() {
        var name = "t" + generation;
        int first = await(store().register(name, "one"));
        int second = await(store().register(name, "two"));
        assertThat(await(store().register(name, "one"))).isEqualTo(first);
        assertThat(second).isGreaterThan(first);
    }

    @Test
    void theTotalsAreAsOldAsTheSlowestPartition() {
        int topic = topic("aggregates");
        assertThat(served().asOf()).isNull();
        watermark(new Batch.Watermark(new Position(topic, 0, 1), generation, 0, 2, 5_000, 1_000));
        assertThat(served().asOf()).isNull();
        watermark(new Batch.Watermark(new Position(topic, 1, 1), generation, 1, 2, 4_000, 500));
        assertThat(served().asOf()).isEqualTo(Instant.ofEpochMilli(4_000));
        watermark(new Batch.Watermark(new Position(topic, 1, 3), generation, 1, 2, 9_000, 5_000));
        watermark(new Batch.Watermark(new Position(topic, 1, 2), generation, 1, 2, 8_000, 4_000));
        assertThat(served().asOf()).isEqualTo(Instant.ofEpochMilli(5_000));
        assertThat(served().horizon()).isEqualTo(Instant.ofEpochMilli(1_000));
    }

    @Test
    void anotherGenerationAndAnotherExperimentAreNotTouched() {
        aggregate(topic("aggregates"), 0, 10, totals(3));
        assertThat(await(store().totals(generation + 1, "e")).totals()).isEqualTo(ExperimentTotals.NONE);
        assertThat(await(store().totals(generation, "f")).totals()).isEqualTo(ExperimentTotals.NONE);
    }

    @Test
    void theNewestFirstExposureIsKeptAndATombstoneHidesIt() {
        int topic = topic("assignments");
        var user = "user " + generation;
        first(new Batch.FirstExposure(new Position(topic, 0, 5), "e", user, "B", 70));
        first(new Batch.FirstExposure(new Position(topic, 0, 4), "e", user, "A", 80));
        assertThat(await(store().firstExposure("e", user)))
                .hasValueSatisfying(x -> assertThat(x.variant()).isEqualTo("B"))
                .hasValueSatisfying(x -> assertThat(x.ts()).isEqualTo(70));
        first(new Batch.FirstExposure(new Position(topic, 0, 6), "e", user, null, 0));
        first(new Batch.FirstExposure(new Position(topic, 0, 5), "e", user, "B", 70));
        assertThat(await(store().firstExposure("e", user))).isEmpty();
    }

    @Test
    void aRawRecordIsKeptOnceHoweverOftenItComes() {
        var at = new Position(topic("exposures"), 3, 77);
        var exposure = new Batch.RawExposure(at, "Zoë 🦊", "id", "e", "B", 5, 6);
        var goal = new Batch.RawGoal(at, "u", "id", "buy", -5, 5, 6, "{\"a\":\"\\u0000\"}");
        var bare = new Batch.RawGoal(new Position(at.topic(), 3, 78), "u", "id", "buy", 0, 5, 6, null);
        var letter = new Batch.DeadLetter(at, "events", 1, 2, "unreadable", "k", "v");
        var batch = new Batch(
                List.of(exposure, exposure), List.of(goal, bare), List.of(), List.of(), List.of(), List.of(letter));
        store(batch);
        store(batch);
        assertThat(rawCount(at.topic())).isEqualTo(4);
    }

    /** How many raw rows and dead letters there are of that topic. */
    abstract long rawCount(int topic);

    @Test
    void anEmptyBatchIsNoTrouble() {
        store(Batch.EMPTY);
    }

    private int topic(String name) {
        return await(store().register(name, UUID.randomUUID().toString()));
    }

    private static ExperimentTotals totals(long n) {
        var metric = new MetricTotals(n, 2 * n, BigInteger.valueOf(-n), HUGE.multiply(BigInteger.valueOf(n)));
        var all = Map.of("A", new VariantTotals(n, n, Map.of()), "B", new VariantTotals(n, 3 * n, Map.of("m", metric)));
        return new ExperimentTotals(all, Map.of("B", all.get("B")), n, 2, Map.of("too_old", n));
    }

    private void aggregate(int topic, int partition, long offset, ExperimentTotals totals) {
        store(batch(List.of(row(topic, partition, offset, totals))));
    }

    private Batch.AggregateRow row(int topic, int partition, long offset, ExperimentTotals totals) {
        return new Batch.AggregateRow(new Position(topic, partition, offset), generation, "e", partition, totals);
    }

    private static Batch batch(List<Batch.AggregateRow> rows) {
        return new Batch(List.of(), List.of(), rows, List.of(), List.of(), List.of());
    }

    private void watermark(Batch.Watermark row) {
        store(new Batch(List.of(), List.of(), List.of(), List.of(row), List.of(), List.of()));
    }

    private void first(Batch.FirstExposure row) {
        store(new Batch(List.of(), List.of(), List.of(), List.of(), List.of(row), List.of()));
    }

    private ExperimentTotals read() {
        return served().totals();
    }

    private ServedTotals served() {
        return await(store().totals(generation, "e"));
    }

    private void store(Batch batch) {
        await(store().store(batch));
    }

    static <T> T await(Future<T> future) {
        try {
            return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }
}
