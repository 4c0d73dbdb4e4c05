package io.assay.results;

import static org.assertj.core.api.Assertions.assertThat;

import io.assay.analytics.Batch;
import io.assay.analytics.Position;
import io.assay.catalog.ArmChanges;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class SampleRatiosTest {
    private static final List<Map<String, Long>> COUNTS = List.of(Map.of("control", 640L, "green", 360L));

    private Instant now = Samples.AS_OF;
    private final AtomicInteger counted = new AtomicInteger();
    private final CountingStore store = new CountingStore();
    private ArmChanges changes = ArmChanges.NONE;
    private final SampleRatios ratios = new SampleRatios(id -> Future.succeededFuture(changes), store, clock());

    private Clock clock() {
        return new Clock() {
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
    }

    private Optional<SampleRatio> read() throws Exception {
        return ratios.of(1, Samples.BUTTON)
                .toCompletionStage()
                .toCompletableFuture()
                .get(20, TimeUnit.SECONDS);
    }

    private void takes(long seconds) {
        store.users = () -> {
            counted.incrementAndGet();
            now = now.plusSeconds(seconds);
            return Future.succeededFuture(COUNTS);
        };
    }

    @Test
    void aStoreThatTakesTooLongOrFailsDoesNotHoldUpTheResults() throws Exception {
        Promise<List<Map<String, Long>>> slow = Promise.promise();
        store.users = slow::future;
        assertThat(read()).isEmpty();
        slow.complete(COUNTS);
        assertThat(read()).as("it was read all the same").isPresent();
        store.users = () -> Future.failedFuture("away");
        now = now.plusSeconds(100);
        assertThat(read()).as("the last one").isPresent();
    }

    @Test
    void whileItIsReadAnewTheLastOneIsAnsweredAtOnce() throws Exception {
        takes(0);
        read();
        Promise<List<Map<String, Long>>> slow = Promise.promise();
        store.users = slow::future;
        now = now.plusSeconds(1);
        assertThat(ratios.of(1, Samples.BUTTON).result()).as("not waited for").isPresent();
        slow.complete(List.of(Map.of("control", 650L, "green", 360L)));
        assertThat(read().orElseThrow().periods().get(0).users("control")).isEqualTo(650);
    }

    @Test
    void theLongerItTakesTheMoreRarelyItIsRead() throws Exception {
        takes(2);
        read();
        now = now.plusSeconds(99);
        read();
        assertThat(counted).hasValue(1);
        now = now.plusSeconds(1);
        read();
        assertThat(counted).hasValue(2);
    }

    @Test
    void whoEverHadAnOverrideIsLeftOut() throws Exception {
        long ts = Samples.BUTTON.startMillis() + 1;
        store.store(Batch.ofFirstExposures(List.of(
                new Batch.FirstExposure(new Position(1, 0, 1), 1, Samples.BUTTON.id(), "qa", "control", ts),
                new Batch.FirstExposure(new Position(1, 0, 2), 1, Samples.BUTTON.id(), "other", "green", ts))));
        store.users = () -> Future.succeededFuture(COUNTS);
        changes = new ArmChanges(Map.of(), Set.of("qa", "never seen"));
        SampleRatio.Counted period = read().orElseThrow().periods().get(0);

        assertThat(period.users("control")).isEqualTo(639);
        assertThat(period.users("green")).isEqualTo(360);
    }
}
