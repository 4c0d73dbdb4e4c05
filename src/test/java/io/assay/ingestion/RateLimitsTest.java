package io.assay.ingestion;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.BitSet;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class RateLimitsTest {
    private static final Rate NONE = new Rate(0, 1);

    private long now = -5_000_000_000L;

    private void pass(long millis) {
        now += TimeUnit.MILLISECONDS.toNanos(millis);
    }

    private static List<EventBatch.Item> of(Object user, int events) {
        return IntStream.range(0, events)
                .mapToObj(i -> new EventBatch.Item(-1, i, user, null))
                .toList();
    }

    @Nested
    class OfUsers {
        private final RateLimits limits = new RateLimits(NONE, new Rate(10, 5), () -> now);

        private int taken(String user, int events) {
            BitSet surplus = limits.surplus(of(user, events));
            return surplus == null ? events : events - surplus.cardinality();
        }

        @Test
        void aBurstIsTakenAndThenTheRate() {
            assertThat(taken("a", 8)).isEqualTo(5);
            assertThat(taken("a", 1)).isZero();
            pass(100);
            assertThat(taken("a", 2)).isEqualTo(1);
            pass(1_000);
            assertThat(taken("a", 20)).isEqualTo(5);
        }

        @Test
        void theFirstEventsAreTakenAndTheLastAreTheSurplus() {
            assertThat(limits.surplus(of("a", 7)).stream()).containsExactly(5, 6);
        }

        @Test
        void oneDoesNotUseUpWhatOthersHave() {
            for (int i = 0; i < 5; i++) {
                taken("heavy" + i, 50);
            }
            assertThat(IntStream.range(0, 200).filter(i -> taken("user" + i, 1) == 1))
                    .hasSize(200);
        }

        @Test
        void anIdThatIsNoneIsLeftToWhoeverRefusesIt() {
            assertThat(limits.surplus(of(7, 100))).isNull();
        }

        @Test
        void withoutALimitNothingIsSurplus() {
            assertThat(new RateLimits(NONE, NONE, () -> now).surplus(of("a", 1_000)))
                    .isNull();
        }
    }

    @Nested
    class OfKeys {
        private final RateLimits limits = new RateLimits(new Rate(100, 200), NONE, () -> now);

        @Test
        void aRequestIsTakenAsAWholeAndTheNextWaitsUntilItIsPaidFor() {
            assertThat(limits.waitSeconds("k")).isZero();
            limits.charge("k", 500);
            assertThat(limits.waitSeconds("k")).isEqualTo(4);
            assertThat(limits.waitSeconds("other")).isZero();
            pass(3_000);
            assertThat(limits.waitSeconds("k")).isEqualTo(1);
            pass(100);
            assertThat(limits.waitSeconds("k")).isZero();
        }

        @Test
        void overTimeNoMoreComesThroughThanTheRate() {
            long taken = 0;
            for (int i = 0; i < 10_000; i++) {
                if (limits.waitSeconds("k") == 0) {
                    limits.charge("k", 10);
                    taken += 10;
                }
                pass(10);
            }
            assertThat(taken).isBetween(100 * 100L, 100 * 100L + 200 + 10);
        }
    }
}
