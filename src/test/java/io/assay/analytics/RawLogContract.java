package io.assay.analytics;

import static io.assay.analytics.MetricStoreContract.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.assay.testkit.Eventually;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What an audit and a rebuild ask of every store. */
abstract class RawLogContract {
    private static final int PARTITION = 3;

    /** The store under test, empty or with the rows of other generations. */
    abstract MetricStore store();

    @Test
    void ofTheUsersWhoWereShownTheExperimentAllRecordsBelowTheOffsetsAreRead() {
        int topic = await(store().register("exposures", UUID.randomUUID().toString()));
        var seen = List.of(exposure(topic, 10, "it's \\ Zoë", "e"), exposure(topic, 11, "it's \\ Zoë", "other"));
        var late = exposure(topic, 20, "late", "e");
        var others = List.of(exposure(topic, 12, "elsewhere", "other"), exposure(topic, 21, "it's \\ Zoë", "e"));
        var goals = List.of(goal(topic, 5, "it's \\ Zoë"), goal(topic, 6, "it's \\ Zoë"));
        var otherGoals = List.of(goal(topic, 7, "elsewhere"), goal(topic, 8, "late"), goal(topic, 9, "it's \\ Zoë"));
        await(store().store(Batch.ofRaw(with(seen, late, others), with(goals, otherGoals.get(0), otherGoals))));
        var range = new RawRange("e", PARTITION, 20, 9, 0, 1);
        assertThat(exposures(range)).containsExactlyInAnyOrderElementsOf(seen);
        assertThat(goals(range)).containsExactlyInAnyOrderElementsOf(goals);
        assertThat(exposures(new RawRange("e", PARTITION + 1, 20, 9, 0, 1))).isEmpty();
    }

    @Test
    void everyUserIsInOneShareWithAllRecords() {
        int topic = await(store().register("exposures", UUID.randomUUID().toString()));
        var rows = IntStream.range(0, 300)
                .mapToObj(i -> exposure(topic, i, "user" + i, "e"))
                .toList();
        var goals = IntStream.range(0, 300)
                .mapToObj(i -> goal(topic, i, "user" + i))
                .toList();
        await(store().store(Batch.ofRaw(rows, goals)));
        List<Batch.RawExposure> found = new ArrayList<>();
        for (int bucket = 0; bucket < 3; bucket++) {
            var range = new RawRange("e", PARTITION, 1_000, 1_000, bucket, 3);
            var share = exposures(range);
            assertThat(share).hasSizeBetween(60, 140);
            assertThat(goals(range))
                    .extracting(Batch.RawGoal::user)
                    .containsExactlyInAnyOrderElementsOf(
                            share.stream().map(Batch.RawExposure::user).toList());
            found.addAll(share);
        }
        assertThat(found).containsExactlyInAnyOrderElementsOf(rows);
    }

    @Test
    void ofAForgottenGenerationNothingIsLeft() throws Exception {
        int topic = await(store().register("aggregates", UUID.randomUUID().toString()));
        int generation = (int) (System.nanoTime() & 0xffffff);
        for (int g = generation; g < generation + 2; g++) {
            var at = new Position(topic, 0, g);
            var progress = new Batch.Progress(1, 1, 86_400_000);
            await(store().store(Batch.ofTotals(
                    List.of(new Batch.AggregateRow(at, g, "e", 0, progress, ExperimentTotals.NONE)),
                    List.of(new Batch.Watermark(at, g, 0, 1, 5, 4, progress)))));
            await(store().store(Batch.ofFirstExposures(List.of(new Batch.FirstExposure(at, g, "e", "u", "A", 70)))));
        }
        await(store().forget(generation));
        Eventually.within(Duration.ofSeconds(20), () -> {
            assertThat(await(store().rows(generation, "e"))).isEmpty();
            assertThat(await(store().watermarks(generation))).isEmpty();
            assertThat(await(store().firstExposure(generation, "e", "u"))).isEmpty();
        });
        assertThat(await(store().rows(generation + 1, "e"))).hasSize(1);
        assertThat(await(store().watermarks(generation + 1))).hasSize(1);
        assertThat(await(store().firstExposure(generation + 1, "e", "u"))).isPresent();
    }

    private List<Batch.RawExposure> exposures(RawRange range) {
        List<Batch.RawExposure> found = new ArrayList<>();
        await(store().rawExposures(range, rows -> {
            found.addAll(rows);
            return Future.succeededFuture();
        }));
        return found;
    }

    private List<Batch.RawGoal> goals(RawRange range) {
        List<Batch.RawGoal> found = new ArrayList<>();
        await(store().rawGoals(range, rows -> {
            found.addAll(rows);
            return Future.succeededFuture();
        }));
        return found;
    }

    private static <R> List<R> with(List<R> first, R one, List<R> more) {
        List<R> all = new ArrayList<>(first);
        all.add(one);
        all.addAll(more);
        return all;
    }

    private static Batch.RawExposure exposure(int topic, long offset, String user, String experiment) {
        var at = new Position(topic, PARTITION, offset);
        return new Batch.RawExposure(at, user, "id" + offset, experiment, "A", 1_700_000_000_000L, 1_700_000_000_001L);
    }

    private static Batch.RawGoal goal(int topic, long offset, String user) {
        var at = new Position(topic, PARTITION, offset);
        return new Batch.RawGoal(at, user, "id" + offset, "buy", -5, 1_700_000_000_000L, 1_700_000_000_001L, null);
    }
}
