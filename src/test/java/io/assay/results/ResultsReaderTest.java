package io.assay.results;

import static org.assertj.core.api.Assertions.assertThat;

import io.assay.analytics.ExperimentTotals;
import io.assay.analytics.Scope;
import io.assay.analytics.ServedTotals;
import io.assay.catalog.ArmChanges;
import io.assay.catalog.MeasuredExperiment;
import io.assay.platform.ApiError;
import io.assay.platform.Meters;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;

class ResultsReaderTest {
    private final CountingStore store = new CountingStore();
    private final Map<String, Answer> redis = new HashMap<>();
    private final AnswerCache shared = new AnswerCache() {
        @Override
        public Future<Optional<Answer>> get(String key) {
            return Future.succeededFuture(Optional.ofNullable(redis.get(key)).map(a -> Answer.decode(a.encode())));
        }

        @Override
        public Future<Void> put(Answer answer) {
            redis.put(answer.key(), answer);
            return Future.succeededFuture();
        }
    };
    private Instant now = Samples.AS_OF;
    private int generation = 1;
    private final Clock clock = new Clock() {
        @Override
        public ZoneOffset getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(java.time.ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return now;
        }
    };
    private final ResultsReader reader = reader();

    private ResultsReader reader() {
        Reports.Sources sources = new Reports.Sources(
                this::find,
                id -> Future.succeededFuture(ArmChanges.NONE),
                () -> Future.succeededFuture(generation),
                store);
        Reports reports = new Reports(sources, ResultsReaderTest::atOnce, clock);
        return new ResultsReader(new ResultsReader.Kind("results", reports::find, reports::totals), shared, clock);
    }

    private static Future<Answer> atOnce(Callable<Answer> work) {
        try {
            return Future.succeededFuture(work.call());
        } catch (Exception e) {
            return Future.failedFuture(e);
        }
    }

    private Future<Optional<MeasuredExperiment>> find(String name) {
        return Future.succeededFuture(Optional.of(Samples.BUTTON)
                .filter(e -> e.id().equals(name) || e.key().equals(name)));
    }

    private void pass(long seconds) {
        now = now.plusSeconds(seconds);
    }

    private ResultsReader.Served read(boolean anew) {
        return reader.read("button", anew).result();
    }

    @Test
    void aHundredRequestsAtOnceAreOneQuery() {
        Promise<ServedTotals> slow = Promise.promise();
        store.answer = slow::future;
        List<Future<ResultsReader.Served>> waiting = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            waiting.add(reader.read("button", false));
        }
        assertThat(waiting).noneMatch(Future::isComplete);
        slow.complete(Samples.totals());

        assertThat(waiting).allMatch(Future::succeeded);
        assertThat(store.asked).containsExactly("k3v9q0x1m2ab");
    }

    @Test
    void anAnswerHoldsForAMinuteUnderBothNames() {
        read(false);
        pass(59);
        assertThat(reader.read("k3v9q0x1m2ab", false).result().stale()).isFalse();
        assertThat(store.asked).hasSize(1);
        pass(1);
        read(false);
        assertThat(store.asked).hasSize(2);
    }

    @Test
    void anotherNodeUsesWhatThisOneRead() {
        read(false);
        pass(30);
        Answer there = reader().read("k3v9q0x1m2ab", false).result().answer();

        assertThat(store.asked).hasSize(1);
        assertThat(there).isEqualTo(read(false).answer());
    }

    @Test
    void noCacheReadsAnewAtMostEveryFiveSeconds() {
        read(false);
        pass(4);
        read(true);
        assertThat(store.asked).hasSize(1);
        pass(1);
        read(true);
        read(true);
        assertThat(store.asked).hasSize(2);
    }

    @Test
    void withTheStoreAwayTheLastAnswerSaysItsAge() {
        read(false);
        store.answer = () -> Future.failedFuture("away");
        pass(70);
        ResultsReader.Served served = read(false);

        assertThat(served.stale()).isTrue();
        assertThat(served.answer().json(new Form(Scope.ALL, false), now.toEpochMilli(), true))
                .contains("\"lag_seconds\":70,\"stale\":true,\"age_seconds\":70,\"final\"");
        assertThat(served.answer()
                        .csv(new Form(Scope.ALL, false), now.toEpochMilli(), true)
                        .lines())
                .hasSize(7)
                .allMatch(line -> line.endsWith(",mean_per_user,stale,age_seconds") || line.endsWith(",true,70"))
                .element(2)
                .asString()
                .endsWith(",93411200.25,3.50,true,70");
        read(false);
        assertThat(store.asked).as("it is not asked again at once").hasSize(2);
        store.answer = () -> Future.succeededFuture(Samples.totals());
        pass(5);
        assertThat(read(false).stale()).isFalse();
    }

    @Test
    void readsAndFailuresOfTheStoreAreCounted() {
        var reads = Meters.registry().timer("assay.results.reading", "kind", "results");
        var failures = Meters.registry().counter("assay.results.failures", "kind", "results");
        long readsBefore = reads.count();
        double failuresBefore = failures.count();
        read(false);
        read(false);
        reader.read("nope", false);
        store.answer = () -> Future.failedFuture("away");
        pass(70);
        read(false);

        assertThat(reads.count() - readsBefore).isEqualTo(1);
        assertThat(failures.count() - failuresBefore).isEqualTo(1);
    }

    @Test
    void withTheStoreAwayAndNoAnswerItIs503() {
        store.answer = () -> Future.failedFuture("away");
        ApiError error = (ApiError) reader.read("button", false).cause();

        assertThat(error.status()).isEqualTo(503);
        assertThat(error.retryAfterSeconds()).isPositive();
        store.answer = () -> Future.succeededFuture(Samples.totals());
        assertThat(reader.read("button", false).succeeded()).isTrue();
    }

    @Test
    void aSlowStoreIsNotWaitedForForEver() throws Exception {
        store.answer = () -> Promise.<ServedTotals>promise().future();
        Future<ResultsReader.Served> waiting = reader.read("button", false);

        assertThat(waiting.toCompletionStage()
                        .toCompletableFuture()
                        .handle((served, failure) -> failure)
                        .orTimeout(Duration.ofSeconds(20).toSeconds(), java.util.concurrent.TimeUnit.SECONDS)
                        .get())
                .isInstanceOf(ApiError.class);
    }

    @Test
    void countsThatAreNotServedAnyMoreAreReadAnewFromThoseThatAre() {
        String right = json(read(false));
        pass(60);
        store.answer = () -> {
            store.answer = () -> Future.succeededFuture(Samples.totals());
            generation = 2;
            return Future.succeededFuture(new ServedTotals(ExperimentTotals.NONE, null, null));
        };

        assertThat(json(read(false))).isEqualTo(right);
        assertThat(store.asked).hasSize(3);
    }

    private static String json(ResultsReader.Served served) {
        return served.answer().json(new Form(Scope.ALL, false), Samples.AS_OF.toEpochMilli(), false);
    }

    @Test
    void anUnknownExperimentIs404AndNotRemembered() {
        assertThat(((ApiError) reader.read("nope", false).cause()).status()).isEqualTo(404);
        assertThat(store.asked).isEmpty();
    }
}
