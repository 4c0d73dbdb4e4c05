package io.assay.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RestartsTest {
    private final AtomicLong nanos = new AtomicLong(-7);
    private final Restarts restarts = new Restarts(nanos::get);
    private final Throwable failure = new IllegalStateException("broken");

    @Test
    void eachFailureSoonAfterAnotherWaitsTwiceAsLongUpToAMinute() {
        assertThat(IntStream.range(0, 9).mapToObj(i -> restarts.note(failure).toSeconds()))
                .containsExactly(1L, 2L, 4L, 8L, 16L, 32L, 60L, 60L, 60L);
        nanos.addAndGet(Duration.ofMinutes(5).toNanos());
        assertThat(restarts.note(failure)).isEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void oneFailureIsNoProblemAndSeveralAreOneForAWhile() {
        restarts.note(failure);
        assertThat(restarts.problem()).isEmpty();
        restarts.note(failure);
        assertThat(restarts.problem()).contains("2 times").contains("broken");
        nanos.addAndGet(Duration.ofMinutes(2).toNanos());
        assertThat(restarts.problem()).isEmpty();
    }

    @Test
    void whoWaitsToTakeOverIsLetGoWhenAllIsClosed() throws Exception {
        IntStream.range(0, 8).forEach(i -> restarts.note(failure));
        var waiting = CompletableFuture.supplyAsync(() -> restarts.follows(failure));
        assertThat(waiting).isNotDone();
        restarts.close();
        assertThat(waiting.get(20, TimeUnit.SECONDS)).isFalse();
        assertThat(restarts.follows(failure)).isFalse();
    }
}
