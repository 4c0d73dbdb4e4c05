package io.assay.metrics;

import static io.assay.metrics.History.DAY;
import static io.assay.metrics.History.HOUR;
import static org.assertj.core.api.Assertions.assertThat;

import io.assay.analytics.ExperimentTotals;
import io.assay.analytics.MetricTotals;
import io.assay.analytics.Scope;
import io.assay.protocol.EventCodec;
import io.assay.protocol.Exposure;
import io.assay.protocol.Goal;
import java.math.BigInteger;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** The rows of the join's timeline table, one after another and each for itself. */
class AttributionJoinTest {
    private static final long T0 = History.T0;

    private final Definition e = new Definition(
            "exp",
            List.of("A", "B"),
            List.of(
                    new Definition.Metric("bought", Hash64.of("buy"), Definition.Metric.NO_WINDOW),
                    new Definition.Metric("soon", Hash64.of("buy"), HOUR)),
            T0,
            T0 + 10 * DAY);
    private final MemoryTable users = new MemoryTable();
    private final Partition partition =
            new Partition(users, new MemoryTable(), Fakes.definitions(e), Fakes.outbox(), Parts.SHIPPED);
    private long now = T0 + DAY;
    private int ids;
    private int offset;

    @Test
    void theTimelineOfTheTable() {
        buy("g", T0 + 5);
        assertThat(totals()).isEqualTo(ExperimentTotals.NONE);
        show("A", T0 + 3);
        assertThat(bought("A")).isEqualTo(credit(1, 1, 7, 49));
        var late = show("B", T0 + 4);
        assertThat(bought("A")).isEqualTo(MetricTotals.NONE);
        assertThat(bought("B")).isEqualTo(credit(1, 1, 7, 49));
        var settled = totals();
        take(late);
        buy("g", T0 + 5);
        assertThat(totals()).isEqualTo(settled);
        show("A", T0 + 9);
        buy("h", T0 + 2);
        show("A", T0 + 6);
        buy("i", now - 80 * HOUR);
        assertThat(bought("B")).isEqualTo(credit(1, 1, 7, 49));
        assertThat(bought("A")).isEqualTo(MetricTotals.NONE);
        buy("j", T0 + 9);
        assertThat(bought("A")).isEqualTo(credit(1, 1, 7, 49));
    }

    @Test
    void aLateExposureComesBetweenTwoOfTheSameVariant() {
        show("A", T0 + 10);
        show("A", T0 + 30);
        show("B", T0 + 20);
        buy("g", T0 + 35);
        assertThat(bought("A")).isEqualTo(credit(1, 1, 7, 49));
        buy("h", T0 + 25);
        assertThat(bought("B")).isEqualTo(credit(1, 1, 7, 49));
    }

    @Nested
    class Boundaries {
        @Test
        void aGoalAtTheMomentOfTheExposureCounts() {
            show("A", T0 + 10);
            buy("g", T0 + 10);
            buy("h", T0 + 9);
            assertThat(bought("A")).isEqualTo(credit(1, 1, 7, 49));
        }

        @Test
        void aWindowIsOpenAtItsEndAndBeginsWithTheFirstOfEqualSteps() {
            show("A", T0 + 10);
            show("A", T0 + 20);
            buy("g", T0 + 9 + HOUR);
            buy("h", T0 + 10 + HOUR);
            assertThat(metric("A", "soon")).isEqualTo(credit(1, 1, 7, 49));
            assertThat(bought("A")).isEqualTo(credit(1, 2, 14, 196));
        }

        @Test
        void theExperimentBeginsAtItsStartAndEndsBeforeItsEnd() {
            now = e.end + DAY;
            show("A", e.end);
            assertThat(totals().discarded()).containsExactly(java.util.Map.entry("outside_experiment", 1L));
            show("A", e.end - 1);
            buy("g", e.end - 1);
            buy("h", e.end);
            assertThat(bought("A")).isEqualTo(credit(1, 1, 7, 49));
            assertThat(metric("A", "soon")).isEqualTo(credit(1, 2, 14, 196));
        }

        @Test
        void ofTwoVariantsAtOneMomentTheLaterByNameHolds() {
            show("B", T0 + 10);
            show("A", T0 + 10);
            buy("g", T0 + 10);
            assertThat(bought("B")).isEqualTo(credit(1, 1, 7, 49));
            assertThat(bought("A")).isEqualTo(MetricTotals.NONE);
        }

        @Test
        void aRecordCountsUpToSeventyTwoHoursAfterItHappened() {
            now = T0 + 72 * HOUR;
            show("A", T0);
            now++;
            show("B", T0);
            assertThat(totals().variant(Scope.ALL, "A").exposures()).isEqualTo(1);
            assertThat(totals().variant(Scope.ALL, "B").exposures()).isZero();
            assertThat(totals().discarded()).containsExactly(java.util.Map.entry("too_old", 1L));
        }
    }

    @Nested
    class Scopes {
        @Test
        void aUserOfTwoVariantsCountsInBothAndIsNotClean() {
            show("A", T0 + 10);
            buy("g", T0 + 11);
            assertThat(totals().variant(Scope.CLEAN, "A").metric("bought")).isEqualTo(credit(1, 1, 7, 49));
            show("B", T0 + 20);
            assertThat(totals().variant(Scope.ALL, "A").exposures()).isEqualTo(1);
            assertThat(totals().variant(Scope.ALL, "B").exposures()).isEqualTo(1);
            assertThat(totals().variant(Scope.CLEAN, "A").exposures()).isZero();
            assertThat(totals().variant(Scope.CLEAN, "A").impressions()).isZero();
            assertThat(totals().variant(Scope.CLEAN, "A").metric("bought")).isEqualTo(MetricTotals.NONE);
            assertThat(totals().multipleExposures()).isEqualTo(1);
        }

        @Test
        void moreThanTwoThousandGoalsInADayTakeTheUserOut() {
            show("A", T0 + 10);
            for (int i = 0; i < 2_000; i++) {
                buy("g" + i, T0 + 10);
            }
            assertThat(bought("A").events()).isEqualTo(2_000);
            buy("one more", T0 + 10);
            assertThat(bought("A")).isEqualTo(MetricTotals.NONE);
            assertThat(totals().variant(Scope.ALL, "A").exposures()).isZero();
            assertThat(totals().excludedUsers()).isEqualTo(1);
        }
    }

    @Test
    void anErasureThatOneTopicNeverGetsKeepsTheUserOutOnlyAsLongAsItCouldCome() {
        byte[] erasure = EventCodec.erase(now);
        var erase = new LogRecord.Erase("u", now);
        take(new LogRecord(Source.EVENTS, 0, erase, EventCodec.key("u"), erasure, now));
        show("A", now);
        assertThat(totals()).isEqualTo(ExperimentTotals.NONE);
        now += 74 * HOUR;
        buy("too early: exposures are not there yet", now - 1);
        show("A", now);
        buy("g", now);
        assertThat(bought("A")).isEqualTo(credit(1, 1, 7, 49));
    }

    @Test
    void definitionsFromBeforeTheStateAreReadAnewAndLoseNothing() {
        var state = new MemoryTable();
        var writer = new Partition(users, state, Fakes.definitions(e), Fakes.outbox(), Parts.SHIPPED);
        feed(writer, shown("A", T0 + 10));
        writer.beforeCommit();
        var outdated = new Outdated(now);
        var reader = new Partition(users, state, outdated, Fakes.outbox(), Parts.SHIPPED);
        now -= HOUR; // the other topic is behind
        feed(reader, bought("g", T0 + 11));
        assertThat(reader.totals(e).variant(Scope.ALL, "A").metric("bought")).isEqualTo(credit(1, 1, 7, 49));
        reader.beforeCommit();
        byte[] erasure = EventCodec.erase(now);
        var erased = new LogRecord.Erase("u", now);
        reader = new Partition(users, state, outdated, Fakes.outbox(), Parts.SHIPPED);
        feed(reader, new LogRecord(Source.EVENTS, 0, erased, EventCodec.key("u"), erasure, now));
        var all = reader.totals(e).variant(Scope.ALL, "A");
        assertThat(all.exposures() + all.metric("bought").events()).isZero();
    }

    /** Knows nothing until it is asked for what was launched before the latest record. */
    private final class Outdated implements Definitions {
        private final long launched;

        Outdated(long launched) {
            this.launched = launched;
        }

        @Override
        public View current() {
            return new View(List.of());
        }

        @Override
        public View readAfter(long received) {
            return new View(received >= launched ? List.of(e) : List.of());
        }
    }

    private LogRecord show(String variant, long ts) {
        var record = shown(variant, ts);
        take(record);
        return record;
    }

    private LogRecord shown(String variant, long ts) {
        var exposure = new Exposure("x" + ids++, "u", "exp", variant, ts);
        return new LogRecord(Source.EXPOSURES, 0, exposure, EventCodec.key("u"), EventCodec.encode(exposure), now);
    }

    private void buy(String id, long ts) {
        take(bought(id, ts));
    }

    private LogRecord bought(String id, long ts) {
        var goal = new Goal(id, "u", "buy", 7, ts, null);
        return new LogRecord(Source.EVENTS, 0, goal, EventCodec.key("u"), EventCodec.encode(goal), now);
    }

    private void take(LogRecord record) {
        feed(partition, record);
    }

    private void feed(Partition partition, LogRecord record) {
        partition.accept(record.source(), offset++, record.key(), record.value(), record.received());
    }

    private ExperimentTotals totals() {
        return partition.totals(e);
    }

    private MetricTotals bought(String variant) {
        return metric(variant, "bought");
    }

    private MetricTotals metric(String variant, String key) {
        return totals().variant(Scope.ALL, variant).metric(key);
    }

    private static MetricTotals credit(long conversions, long events, long sum, long squares) {
        return new MetricTotals(conversions, events, BigInteger.valueOf(sum), BigInteger.valueOf(squares));
    }
}
