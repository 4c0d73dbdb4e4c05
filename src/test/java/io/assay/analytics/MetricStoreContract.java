package io.assay.analytics;

import static org.assertj.core.api.Assertions.assertThat;

import io.assay.analytics.Batch.Progress;
import io.vertx.core.Future;
import java.math.BigInteger;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What every store of counts must do. */
abstract class MetricStoreContract extends RawLogContract {
    private static final long DAY = 86_400_000;
    private static final Progress AT = new Progress(7, 9, 20_000 * DAY + 5);
    private static final BigInteger HUGE = BigInteger.TEN.pow(33).add(BigInteger.ONE);

    private final int generation = (int) (System.nanoTime() & 0xffffff);

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
        watermark(new Batch.Watermark(new Position(topic, 0, 1), generation, 0, 2, 5_000, 1_000, AT));
        assertThat(served().asOf()).isNull();
        watermark(new Batch.Watermark(new Position(topic, 1, 1), generation, 1, 2, 4_000, 500, AT));
        assertThat(served().asOf()).isEqualTo(Instant.ofEpochMilli(4_000));
        watermark(new Batch.Watermark(new Position(topic, 1, 3), generation, 1, 2, 9_000, 5_000, AT));
        watermark(new Batch.Watermark(new Position(topic, 1, 2), generation, 1, 2, 8_000, 4_000, AT));
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
        first(new Batch.FirstExposure(new Position(topic, 0, 5), generation, "e", user, "B", 70));
        first(new Batch.FirstExposure(new Position(topic, 0, 4), generation, "e", user, "A", 80));
        assertThat(await(store().firstExposure(generation, "e", user)))
                .hasValueSatisfying(x -> assertThat(x.variant()).isEqualTo("B"))
                .hasValueSatisfying(x -> assertThat(x.ts()).isEqualTo(70));
        first(new Batch.FirstExposure(new Position(topic, 0, 6), generation, "e", user, null, 0));
        first(new Batch.FirstExposure(new Position(topic, 0, 5), generation, "e", user, "B", 70));
        assertThat(await(store().firstExposure(generation, "e", user))).isEmpty();
    }

    @Test
    void aRawRecordIsKeptOnceHoweverOftenItComes() {
        var at = new Position(topic("exposures"), 3, 77);
        var exposure = new Batch.RawExposure(at, "Zoë 🦊", "id", "e", "B", 5, 6);
        var goal = new Batch.RawGoal(at, "u", "id", "buy", -5, 5, 6, "{\"a\":\"\\u0000\"}");
        var bare = new Batch.RawGoal(new Position(at.topic(), 3, 78), "u", "id", "buy", 0, 5, 6, null);
        var letter = new Batch.DeadLetter(at, "events", 1, 2, "unreadable", "k", "v");
        var batch = new Batch(
                List.of(exposure, exposure),
                List.of(goal, bare),
                List.of(),
                List.of(),
                List.of(),
                List.of(letter),
                List.of());
        store(batch);
        store(batch);
        assertThat(rawCount(at.topic())).isEqualTo(4);
    }

    /** How many raw rows and dead letters there are of that topic. */
    abstract long rawCount(int topic);

    @Test
    void aRowSaysWhichPartOfTheLogItStandsFor() {
        int topic = topic("aggregates");
        var old = row(new Position(topic, 0, 10), new Progress(4, 5, 19_999 * DAY), totals(1));
        var later = row(new Position(topic, 0, 12), AT, totals(2));
        var unknown = row(new Position(topic, 1, 3), Progress.UNKNOWN, totals(3));
        store(batch(List.of(later, old, unknown)));
        assertThat(await(store().rows(generation, "e"))).containsExactlyInAnyOrder(later, unknown);
        assertThat(read()).isEqualTo(totals(2).plus(totals(3)));
        var mark = new Batch.Watermark(new Position(topic, 1, 1), generation, 1, 2, 5_000, -1_000, AT);
        watermark(mark);
        assertThat(await(store().watermarks(generation))).containsExactly(mark);
    }

    @Test
    void ofEveryDayTheLastRowIsKept() {
        int topic = topic("aggregates");
        store(batch(List.of(
                row(new Position(topic, 0, 10), new Progress(1, 1, 20_000 * DAY), totals(1)),
                row(new Position(topic, 0, 11), new Progress(2, 1, 20_001 * DAY - 1), totals(2)),
                row(new Position(topic, 0, 12), new Progress(3, 1, 20_001 * DAY), totals(3)),
                row(new Position(topic, 1, 9), new Progress(3, 1, 20_003 * DAY), totals(5)),
                row(new Position(topic, 2, 9), Progress.UNKNOWN, totals(6)))));
        store(batch(List.of(row(new Position(topic, 0, 9), new Progress(1, 1, 20_000 * DAY), totals(1)))));
        assertThat(await(store().series(generation, "e")))
                .containsExactly(
                        new DayTotals(20_000, totals(2).plus(totals(6))),
                        new DayTotals(20_001, totals(3).plus(totals(6))),
                        new DayTotals(20_003, totals(3).plus(totals(5)).plus(totals(6))));
        assertThat(await(store().series(generation, "f"))).isEmpty();
    }

    @Test
    void firstExposuresAreCountedPerPeriodAndVariant() {
        int topic = topic("assignments");
        var users = List.of("u1", "u2", "u3", "u4", "u5", "u6");
        var variants = Arrays.asList("A", "A", "B", "A", null, "A");
        var times = List.of(100L, 199L, 150L, 200L, 250L, 99L);
        for (int i = 0; i < users.size(); i++) {
            first(new Batch.FirstExposure(
                    new Position(topic, 0, i), generation, "e", users.get(i), variants.get(i), times.get(i)));
        }
        first(new Batch.FirstExposure(new Position(topic, 0, 9), generation + 1, "e", "u7", "A", 100));
        first(new Batch.FirstExposure(new Position(topic, 0, 10), generation + 1, "e", "u1", "B", 100));
        assertThat(await(store().firstExposures(generation, "e", List.of(100L, 200L, 300L))))
                .containsExactly(Map.of("A", 2L, "B", 1L), Map.of("A", 1L), Map.of());
        assertThat(await(store().firstExposures(generation, "e", List.of()))).isEmpty();
    }

    @Test
    void ofAnErasedUserNothingStaysThatLiesBeforeAndNothingComesBack() {
        int topic = topic("exposures" + generation);
        var before = exposure(topic, 3, 77, "gone");
        var at = new Position(topic, 3, 78);
        var after = exposure(topic, 3, 79, "gone");
        var elsewhere = exposure(topic, 2, 5, "gone");
        var another = exposure(topic, 3, 76, "stays");
        var goal = new Batch.RawGoal(new Position(topic, 3, 70), "gone", "id", "buy", 0, 5, 6, null);
        var letter = new Batch.DeadLetter(at, "exposures" + generation, 3, 7, "unreadable", "gone", "v");
        var rows = new Batch(
                List.of(before, after, elsewhere, another),
                List.of(goal),
                List.of(),
                List.of(),
                List.of(),
                List.of(letter),
                List.of());
        store(rows);
        assertThat(rawCount(topic)).isEqualTo(6);
        var erasure = new Batch.Erasure(at, "gone", 1_234);
        store(Batch.ofErasures(List.of(erasure)));
        assertThat(rawCount(topic)).isEqualTo(3);
        store(rows);
        store(Batch.ofErasures(List.of(erasure)));
        assertThat(rawCount(topic)).isEqualTo(3);
        assertThat(await(store().erasures(topic, 3))).containsExactly(erasure);
        assertThat(await(store().erasures(topic, 2))).isEmpty();
    }

    private static Batch.RawExposure exposure(int topic, int partition, long offset, String user) {
        return new Batch.RawExposure(new Position(topic, partition, offset), user, "id" + offset, "e", "B", 5, 6);
    }

    @Test
    void anErasureCoversTheTopicsThatHadTheNameBefore() {
        var name = "remade" + generation;
        int older = topic(name);
        int another = topic("another" + generation);
        store(Batch.ofRaw(List.of(exposure(older, 5, 1_000, "gone"), exposure(older, 3, 1_000, "stays")), List.of()));
        store(Batch.ofRaw(List.of(exposure(another, 3, 1, "gone")), List.of()));
        int newer = topic(name);
        var at = new Position(another, 3, 50);
        var letter = new Batch.DeadLetter(at, name, 3, 60, "unreadable", "gone", "v");
        store(new Batch(List.of(), List.of(), List.of(), List.of(), List.of(), List.of(letter), List.of()));
        assertThat(rawCount(older)).isEqualTo(2);
        store(Batch.ofErasures(List.of(new Batch.Erasure(new Position(older, 3, 90), "gone", 1))));
        store(new Batch(List.of(), List.of(), List.of(), List.of(), List.of(), List.of(letter), List.of()));
        assertThat(rawCount(another))
                .as("what is in the log after the topic was made anew")
                .isEqualTo(2);
        store(Batch.ofErasures(List.of(new Batch.Erasure(new Position(newer, 3, 70), "gone", 2))));
        assertThat(rawCount(older)).isEqualTo(1);
        assertThat(rawCount(another)).isEqualTo(1);
    }

    @Test
    void aDeadLetterMayHaveAnyKey() {
        int topic = topic("dead-letter");
        var letters = IntStream.range(0, 3)
                .mapToObj(i -> new Batch.DeadLetter(
                        new Position(topic, 0, i), "events", 1, i, "unreadable", "\u0001".repeat(i * 40_000), "v"))
                .toList();
        store(new Batch(List.of(), List.of(), List.of(), List.of(), List.of(), letters, List.of()));
        assertThat(rawCount(topic)).isEqualTo(3);
    }

    @Test
    void aUserWhoIsOutIsNotedWhereTheUserWasInAndNowhereElse() {
        int topic = topic("assignments");
        var in = new Batch.FirstExposure(new Position(topic, 0, 5), generation, "e", "u", "B", 70);
        first(in);
        assertThat(firstExposureCount(topic)).isEqualTo(1);
        var together = new Batch.FirstExposure(new Position(topic, 0, 8), generation, "f", "u", "B", 70);
        store(Batch.ofFirstExposures(
                List.of(out(topic, 6, "e"), out(topic, 7, "never"), together, out(topic, 9, "f"))));
        assertThat(firstExposureCount(topic)).isEqualTo(2);
        store(Batch.ofFirstExposures(List.of(in, together)));
        assertThat(await(store().firstExposure(generation, "e", "u"))).isEmpty();
        assertThat(await(store().firstExposure(generation, "f", "u"))).isEmpty();
        first(new Batch.FirstExposure(new Position(topic, 0, 10), generation, "e", "u", "A", 90));
        store(Batch.ofFirstExposures(List.of(out(topic, 6, "e"))));
        assertThat(await(store().firstExposure(generation, "e", "u"))).isPresent();
    }

    /** How many first exposures are stored with the position of that topic, those of users who are out included. */
    abstract long firstExposureCount(int topic);

    private Batch.FirstExposure out(int topic, long offset, String experiment) {
        return new Batch.FirstExposure(new Position(topic, 0, offset), generation, experiment, "u", null, 0);
    }

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
        return row(new Position(topic, partition, offset), AT, totals);
    }

    private Batch.AggregateRow row(Position at, Progress progress, ExperimentTotals totals) {
        return new Batch.AggregateRow(at, generation, "e", at.partition(), progress, totals);
    }

    private static Batch batch(List<Batch.AggregateRow> rows) {
        return Batch.ofTotals(rows, List.of());
    }

    private void watermark(Batch.Watermark row) {
        store(Batch.ofTotals(List.of(), List.of(row)));
    }

    private void first(Batch.FirstExposure row) {
        store(Batch.ofFirstExposures(List.of(row)));
    }

    ExperimentTotals read() {
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
