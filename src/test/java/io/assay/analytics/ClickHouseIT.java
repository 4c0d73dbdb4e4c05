package io.assay.analytics;

import static io.assay.analytics.MetricStoreContract.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.assay.testkit.ClickHouseServer;
import io.assay.testkit.Eventually;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.math.BigInteger;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is true of ClickHouse beyond what every store of counts does. */
class ClickHouseIT {
    private static final Vertx VERTX = Vertx.vertx();
    private static final int ROWS_OF_A_MARK = 128;
    private static final List<String> HOSTILE = List.of(
            "",
            "'",
            "\\",
            "\\'",
            "'); DROP TABLE aggregate; --",
            "' OR 1 = 1 --",
            "\0",
            "a\0b\tc\nd\re\bf\fg\u000b\u001b\u007f",
            "\\x41\\0\\n",
            "`\"$${}%s%20&a=b#?;/*--*/",
            "Zoë 🦊 日本 \u202e\ufeff\u0085\u2028",
            "{p:String}",
            "x".repeat(5_000));

    private static JsonObject section;
    private static ClickHouse database;
    private static ClickHouseMetricStore store;

    @BeforeAll
    static void migrate() {
        section = ClickHouseServer.shared().newDatabase();
        database = new ClickHouse(VERTX, ClickHouseConfig.from(config()));
        store = ClickHouseMetricStore.create(VERTX, config());
        await(store.migrate());
    }

    @AfterAll
    static void close() {
        await(store.close());
        await(database.close());
        await(VERTX.close());
    }

    @Test
    void noTextIsEverTakenForAnythingElse() {
        for (var text : HOSTILE) {
            var answer = await(database.query("SELECT " + ClickHouseLiteral.of(text) + " AS t, length(t)"));
            assertThat(answer.rows().map(row -> row.text(0))).containsExactly(text);
        }
        for (int c = 0; c < 0x300; c++) {
            var text = "a" + (char) c + "0";
            assertThat(await(database.query("SELECT " + ClickHouseLiteral.of(text)))
                            .rows()
                            .map(row -> row.text(0)))
                    .containsExactly(text);
        }
    }

    @Test
    void hostileKeysAreKeptApartAndComeBackAsTheyWere() {
        int topic = await(store.register("'a' \\ b", "\0"));
        assertThat(await(store.register("'a' \\ b", "\0"))).isEqualTo(topic);
        List<Batch.FirstExposure> firsts = new ArrayList<>();
        List<Batch.AggregateRow> rows = new ArrayList<>();
        for (int i = 0; i < HOSTILE.size(); i++) {
            var at = new Position(topic, 0, i);
            firsts.add(new Batch.FirstExposure(at, 1, HOSTILE.get(i), HOSTILE.get(i), "v" + HOSTILE.get(i), i));
            rows.add(new Batch.AggregateRow(at, 1, HOSTILE.get(i), 0, new Batch.Progress(i, i, i), totals(i)));
        }
        await(store.store(Batch.ofFirstExposures(firsts)));
        await(store.store(Batch.ofTotals(rows, List.of())));
        for (int i = 0; i < HOSTILE.size(); i++) {
            assertThat(await(store.firstExposure(1, HOSTILE.get(i), HOSTILE.get(i))))
                    .hasValue(firsts.get(i));
            assertThat(await(store.rows(1, HOSTILE.get(i)))).containsExactly(rows.get(i));
        }
        assertThat(await(store.firstExposure(1, "'", "\\"))).isEmpty();
    }

    @Test
    void numbersOfSixtyFourBitsAndOfMoreAreExact() {
        long last = Long.MAX_VALUE;
        int topic = await(store.register("exact", "1"));
        var totals = new ExperimentTotals(
                Map.of(
                        "v",
                        new VariantTotals(
                                last,
                                last,
                                Map.of(
                                        "m",
                                        new MetricTotals(
                                                last,
                                                last,
                                                BigInteger.TEN.pow(30).negate(),
                                                BigInteger.TEN.pow(60))))),
                Map.of(),
                last,
                last,
                Map.of("late", last));
        var row = new Batch.AggregateRow(
                new Position(topic, 3, (1L << 40) - 1),
                2,
                "exact",
                3,
                new Batch.Progress(last, last, last / 1000),
                totals);
        await(store.store(Batch.ofTotals(List.of(row), List.of())));
        assertThat(await(store.rows(2, "exact"))).containsExactly(row);
    }

    @Test
    void theResultsOfAnExperimentScanItsRowsAndNoOthers() {
        int topic = await(store.register("scan", "1"));
        List<Batch.AggregateRow> rows = new ArrayList<>();
        for (int experiment = 0; experiment < 500; experiment++) {
            for (int partition = 0; partition < 16; partition++) {
                rows.add(new Batch.AggregateRow(
                        new Position(topic, partition, experiment),
                        7,
                        "experiment " + experiment,
                        partition,
                        Batch.Progress.UNKNOWN,
                        totals(experiment)));
            }
        }
        await(store.store(Batch.ofTotals(rows, List.of())));
        assertThat(await(store.rows(7, "experiment 250"))).hasSize(16);
        var answer = await(
                database.query(
                        "SELECT argMax(totals, (topic, pos)) FROM aggregate WHERE generation = 7 AND experiment_id = 'experiment 250'"));
        assertThat(answer.rowsRead()).isBetween(16L, 16L + 2 * ROWS_OF_A_MARK);
    }

    @Test
    void rawRowsOfAMonthAreAPartitionThatCanBeDropped() {
        int topic = await(store.register("months", "1"));
        long day = 86_400_000L;
        var exposures = IntStream.range(0, 70)
                .mapToObj(i -> new Batch.RawExposure(
                        new Position(topic, 0, i), "u" + i, "id", "e", "v", 5, (20_000 + i) * day))
                .toList();
        await(store.store(Batch.ofRaw(exposures, List.of())));
        assertThat(ask("SELECT count() FROM %s.exposures_raw WHERE topic = " + topic))
                .isEqualTo("70");
        ask("ALTER TABLE %s.exposures_raw DROP PARTITION 202410");
        assertThat(ask("SELECT count(), min(received_day) FROM %s.exposures_raw WHERE topic = " + topic))
                .isEqualTo("42\t2024-11-01");
    }

    @Test
    void anErasedUsersRowsAreGoneFromTheDisk() throws Exception {
        int topic = await(store.register("erased", "1"));
        var exposures = IntStream.range(0, 10)
                .mapToObj(i -> new Batch.RawExposure(new Position(topic, 1, i), "u" + i % 2, "id", "e", "v", 5, 6))
                .toList();
        await(store.store(Batch.ofRaw(exposures, List.of())));
        await(store.store(Batch.ofErasures(List.of(new Batch.Erasure(new Position(topic, 1, 7), "u1", 1)))));
        Eventually.within(Duration.ofSeconds(20), () -> assertThat(
                        ask("SELECT log_pos FROM %s.exposures_raw WHERE topic = " + topic + " ORDER BY log_pos"))
                .isEqualTo("0\n2\n4\n6\n7\n8\n9"));
    }

    @Test
    void whatIsBeingErasedAlreadyIsNotErasedOnceMore() {
        int topic = await(store.register("erased twice", "1"));
        await(store.store(Batch.ofRaw(
                List.of(new Batch.RawExposure(new Position(topic, 1, 3), "u'1", "id", "e", "v", 5, 6)), List.of())));
        var erasures = Batch.ofErasures(List.of(new Batch.Erasure(new Position(topic, 1, 7), "u'1", 1)));
        var before = mutations();
        ask("SYSTEM STOP MERGES");
        try {
            await(store.store(erasures));
            await(store.store(erasures));
            assertThat(mutations()).isEqualTo(before + 1);
        } finally {
            ask("SYSTEM START MERGES");
        }
    }

    private static long mutations() {
        return Long.parseLong(
                ask("SELECT count() FROM system.mutations WHERE database = '%s' AND table = 'exposures_raw'"));
    }

    @Test
    void whatItNeverTakesIsToldFromAServerInTrouble() {
        int topic = await(store.register("refused", "1"));
        var endless = new Batch.Erasure(new Position(topic, 1, 7), "u".repeat(300_000), 1);
        assertThatThrownBy(() -> await(store.store(Batch.ofErasures(List.of(endless)))))
                .hasStackTraceContaining(RefusedRowsException.class.getName())
                .hasStackTraceContaining("Code: 62");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7})
    void theSharesOfARangeTogetherAreItsRawRowsOnceEach(int buckets) {
        int topic = await(store.register("shares", String.valueOf(buckets)));
        var exposures = IntStream.range(0, 12_000)
                .mapToObj(i -> new Batch.RawExposure(
                        new Position(topic, 3, i), "u" + i % 5_000, "id", i % 5 == 0 ? "shown" : "other", "v", i, 6))
                .toList();
        var goals = IntStream.range(0, 300)
                .mapToObj(i -> new Batch.RawGoal(new Position(topic, 3, i), "u" + i, "id", "buy", -i, i, 6, "{}"))
                .toList();
        await(store.store(Batch.ofRaw(exposures, goals)));
        await(store.store(Batch.ofRaw(exposures.subList(0, 500), goals)));
        await(store.store(Batch.ofErasures(List.of(new Batch.Erasure(new Position(topic, 3, 10_101), "u100", 1)))));
        Set<Long> users = exposures.stream()
                .filter(row -> row.at().offset() < 11_000 && row.experimentId().equals("shown"))
                .map(row -> row.at().offset() % 5_000)
                .collect(Collectors.toSet());
        List<Batch.RawExposure> found = new ArrayList<>();
        List<Batch.RawGoal> foundGoals = new ArrayList<>();
        for (int bucket = 0; bucket < buckets; bucket++) {
            var range = new RawRange("shown", 3, 11_000, 200, bucket, buckets);
            await(store.rawExposures(range, page -> add(found, page)));
            await(store.rawGoals(range, page -> add(foundGoals, page)));
        }
        assertThat(found)
                .containsExactlyInAnyOrderElementsOf(exposures.stream()
                        .filter(row -> row.at().offset() < 11_000
                                && users.contains(row.at().offset() % 5_000))
                        .filter(row -> !row.user().equals("u100"))
                        .toList());
        assertThat(foundGoals)
                .hasSize(39)
                .allMatch(goal -> users.contains(goal.at().offset()));
    }

    /** There are 1024 buckets of users, and any number of shares. */
    @ParameterizedTest
    @ValueSource(ints = {1, 3, 1_000, 1_024, 1_025, 3_000, 5_000})
    void everyUserIsInOneShare(int buckets) {
        var shares = IntStream.range(0, buckets)
                .filter(bucket -> buckets < 10 || bucket % (buckets / 10) < 3)
                .mapToObj(bucket -> "(" + ClickHouseRawLog.share(bucket, buckets) + ")")
                .toList();
        var sql = "SELECT max(n), min(n) FROM (SELECT " + String.join(" + ", shares)
                + " AS n FROM (SELECT toString(number) AS user_id, " + ClickHouseSchema.bucket("user_id")
                + " AS bucket FROM numbers(20000)))";
        var row = await(database.query(sql)).rows().findFirst().orElseThrow();
        assertThat(row.number(0)).isEqualTo(1);
        assertThat(row.number(1)).isEqualTo(buckets < 10 ? 1 : 0);
    }

    private static <R> Future<Void> add(List<R> all, List<R> page) {
        all.addAll(page);
        return Future.succeededFuture();
    }

    @Test
    void aForgottenGenerationLeavesNothing() throws Exception {
        int topic = await(store.register("forgotten", "1"));
        var at = new Position(topic, 0, 1);
        for (int generation : List.of(91, 92)) {
            await(store.store(Batch.ofTotals(
                    List.of(new Batch.AggregateRow(at, generation, "e", 0, Batch.Progress.UNKNOWN, totals(1))),
                    List.of(new Batch.Watermark(at, generation, 0, 1, 5, 5, Batch.Progress.UNKNOWN)))));
            await(store.store(
                    Batch.ofFirstExposures(List.of(new Batch.FirstExposure(at, generation, "e", "u", "v", 5)))));
        }
        await(store.forget(91));
        await(store.forget(91));
        assertThat(await(store.rows(91, "e"))).isEmpty();
        assertThat(await(store.firstExposure(91, "e", "u"))).isEmpty();
        Eventually.within(Duration.ofSeconds(20), () -> assertThat(await(store.watermarks(91)))
                .isEmpty());
        assertThat(await(store.rows(92, "e"))).hasSize(1);
        assertThat(await(store.watermarks(92))).hasSize(1);
        assertThat(await(store.firstExposure(92, "e", "u"))).isPresent();
    }

    @Test
    void manyNodesMayMakeTheSameDatabaseAtOnce() {
        var together =
                new JsonObject().put("analytics", ClickHouseServer.shared().newDatabase());
        var stores = IntStream.range(0, 6)
                .mapToObj(i -> ClickHouseMetricStore.create(VERTX, together))
                .toList();
        await(Future.all(stores.stream().map(MetricStore::migrate).toList()));
        var numbers = await(Future.all(stores.stream()
                .flatMap(each -> IntStream.range(0, 5).mapToObj(i -> each.register("t" + i, "id")))
                .toList()));
        assertThat(numbers.<Integer>list().stream().distinct()).containsExactlyInAnyOrder(1, 2, 3, 4, 5);
        for (int i = 0; i < 5; i++) {
            int topic = i;
            assertThat(IntStream.range(0, 6)
                            .map(node -> numbers.resultAt(node * 5 + topic))
                            .distinct())
                    .hasSize(1);
        }
        stores.forEach(MetricStore::close);
    }

    @Test
    void anOlderFormGetsTheColumnsItLacksAndAnotherTypeIsRefused() {
        var older = ClickHouseServer.shared().newDatabase();
        var name = older.getString("database");
        var itself = ClickHouseMetricStore.create(VERTX, new JsonObject().put("analytics", older));
        await(itself.migrate());
        ClickHouseServer.shared().ask("ALTER TABLE " + name + ".goals_raw DROP COLUMN properties");
        ClickHouseServer.shared().ask("ALTER TABLE " + name + ".watermark DROP COLUMN log_time");
        await(itself.migrate());
        ClickHouseServer.shared().ask("SELECT properties FROM " + name + ".goals_raw");
        ClickHouseServer.shared().ask("ALTER TABLE " + name + ".watermark MODIFY COLUMN log_time String");
        assertThatThrownBy(() -> await(itself.migrate()))
                .hasStackTraceContaining("log_time is String (expected: Int64)");
        await(itself.close());
    }

    @Test
    void whatItRefusesIsToldWithoutAnybodysData() {
        assertThatThrownBy(() -> await(database.query("SELECT nothing FROM system.one WHERE 'u123' = 'u\\'4'")))
                .hasRootCauseInstanceOf(ClickHouseException.class)
                .hasStackTraceContaining("Code: 47")
                .hasMessageNotContaining("u123")
                .hasMessageNotContaining("4'");
    }

    @Test
    void killedAndStartedAgainItHasAllItTook(@TempDir Path folder) throws Exception {
        try (var server = ClickHouseServer.start(folder)) {
            var away = ClickHouseMetricStore.create(VERTX, new JsonObject().put("analytics", server.newDatabase()));
            await(away.migrate());
            int topic = await(away.register("t", "1"));
            await(away.store(Batch.ofTotals(List.of(row(topic, 1)), List.of())));
            server.kill();
            assertThatThrownBy(() -> await(away.rows(1, "e"))).isInstanceOf(AssertionError.class);
            server.startAgain();
            assertThat(await(away.rows(1, "e"))).containsExactly(row(topic, 1));
            assertThat(await(away.register("t", "1"))).isEqualTo(topic);
            await(away.close());
        }
    }

    private static Batch.AggregateRow row(int topic, long n) {
        return new Batch.AggregateRow(new Position(topic, 0, n), 1, "e", 0, new Batch.Progress(n, n, n), totals(n));
    }

    private static ExperimentTotals totals(long n) {
        return new ExperimentTotals(Map.of("v", new VariantTotals(n, n, Map.of())), Map.of(), n, n, Map.of());
    }

    private static JsonObject config() {
        return new JsonObject().put("analytics", section);
    }

    private static String ask(String sql) {
        return ClickHouseServer.shared().ask(sql.formatted(section.getString("database")));
    }
}
