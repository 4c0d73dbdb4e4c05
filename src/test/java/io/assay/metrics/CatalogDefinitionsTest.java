package io.assay.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.assay.catalog.Generations;
import io.assay.catalog.Measured;
import io.assay.catalog.MeasuredExperiment;
import io.assay.testkit.Eventually;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class CatalogDefinitionsTest {
    private final Vertx vertx = Vertx.vertx();
    private final AtomicLong nanos = new AtomicLong(-5);
    private final LinkedBlockingQueue<Promise<Measured>> asked = new LinkedBlockingQueue<>();
    private final CatalogDefinitions definitions =
            new CatalogDefinitions(vertx.getOrCreateContext(), this::ask, nanos::get);

    @BeforeEach
    void start() {
        definitions.start();
    }

    @AfterEach
    void close() throws Exception {
        definitions.close();
        vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    @Test
    void whoComesBeforeTheFirstReadingWaitsForIt() throws Exception {
        var waiting = CompletableFuture.supplyAsync(definitions::current);
        var reading = nextReading();
        assertThat(waiting).isNotDone();
        assertThat(definitions.problem()).isNotEmpty();
        reading.complete(measured("one", 0));
        assertThat(get(waiting).find("one")).isNotNull();
        assertThat(definitions.problem()).isEmpty();
    }

    @Test
    void definitionsOlderThanThirtySecondsAreNotUsed() throws Exception {
        nextReading().complete(measured("one", 0));
        assertThat(get(CompletableFuture.supplyAsync(definitions::current)).find("one"))
                .isNotNull();
        nanos.addAndGet(Duration.ofSeconds(30).toNanos());
        assertThat(definitions.current().find("one")).isNotNull();
        nanos.incrementAndGet();
        assertThat(definitions.problem()).contains("older than 30 s");
        var waiting = CompletableFuture.supplyAsync(definitions::current);
        nextReading().fail("away");
        answerAll("two", waiting);
        assertThat(get(waiting).find("two")).isNotNull();
    }

    @Test
    void whatIsUnknownIsLookedUpInAReadingThatBeginsAfterIt() throws Exception {
        nextReading().complete(measured("one", 50_000));
        get(CompletableFuture.supplyAsync(definitions::current));
        assertThat(definitions.readAfter(39_999).find("one")).isNotNull();
        nanos.incrementAndGet();
        var waiting = CompletableFuture.supplyAsync(() -> definitions.readAfter(40_000));
        answerAll("two", waiting);
        assertThat(get(waiting).find("two")).isNotNull();
    }

    @Test
    void aReadingThatWasUnderWayIsNotEnough() throws Exception {
        nextReading().complete(measured("one", 0));
        get(CompletableFuture.supplyAsync(definitions::current));
        definitions.refresh();
        var underWay = nextReading();
        nanos.incrementAndGet();
        var waiting = CompletableFuture.supplyAsync(() -> definitions.readAfter(0));
        underWay.complete(measured("two", 0));
        nextReading().complete(measured("three", 0));
        assertThat(get(waiting).find("three")).isNotNull();
    }

    @Test
    void nobodyWaitsForLongerThanATransactionMayTake() throws Exception {
        nextReading();
        var waiting = CompletableFuture.supplyAsync(definitions::current);
        Eventually.within(Duration.ofSeconds(20), () -> {
            nanos.addAndGet(Duration.ofSeconds(21).toNanos());
            assertThat(waiting).isDone();
        });
        assertThatThrownBy(() -> get(waiting)).hasMessageContaining("no longer");
    }

    @Test
    void theyAreNewForLessTimeThanTheyMayBeUsed() throws Exception {
        assertThat(definitions.areNew()).isFalse();
        nextReading().complete(measured("one", 0));
        get(CompletableFuture.supplyAsync(definitions::current));
        assertThat(definitions.areNew()).isTrue();
        nanos.addAndGet(Duration.ofSeconds(21).toNanos());
        assertThat(definitions.areNew()).isFalse();
        assertThat(definitions.current().find("one")).isNotNull();
    }

    @Test
    void whoWaitsWhenItIsClosedFails() throws Exception {
        nextReading();
        var waiting = CompletableFuture.supplyAsync(definitions::current);
        definitions.close();
        assertThatThrownBy(() -> get(waiting))
                .isInstanceOf(ExecutionException.class)
                .hasMessageContaining("closing");
    }

    private Future<Measured> ask() {
        Promise<Measured> promise = Promise.promise();
        asked.add(promise);
        return promise.future();
    }

    private Promise<Measured> nextReading() throws InterruptedException {
        var promise = asked.poll(20, TimeUnit.SECONDS);
        assertThat(promise).as("a reading").isNotNull();
        return promise;
    }

    /** Readings by the timer may come between, so all that are asked for are given. */
    private void answerAll(String id, CompletableFuture<?> waiting) throws InterruptedException {
        while (!waiting.isDone()) {
            var promise = asked.poll(10, TimeUnit.MILLISECONDS);
            if (promise != null) {
                promise.complete(measured(id, 0));
            }
        }
    }

    private static Measured measured(String id, long now) {
        var experiment =
                new MeasuredExperiment(id, id, io.assay.catalog.Status.ACTIVE, List.of(), List.of(), 0, Long.MAX_VALUE);
        return new Measured(now, List.of(experiment), Generations.only(1));
    }

    private static <T> T get(CompletableFuture<T> future) throws Exception {
        return future.get(20, TimeUnit.SECONDS);
    }
}
