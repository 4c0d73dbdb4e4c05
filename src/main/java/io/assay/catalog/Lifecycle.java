package io.assay.catalog;

import io.assay.engine.Slots;
import io.assay.platform.ApiError;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The ways from one status to another, and what each of them does. Times are the database's. */
final class Lifecycle {
    private static final Duration LISTED_AFTER_CONCLUSION = Duration.ofDays(7);

    private final Write write;
    private final Instant now;

    Lifecycle(Write write, Instant now) {
        this.write = write;
        this.now = now;
    }

    Instant now() {
        return now;
    }

    /** What has become due: the end, the start, and leaving the emergency list. */
    Future<StoredExperiment> settle(StoredExperiment experiment) {
        Life life = experiment.life();
        Instant end = experiment.definition().end();
        if (life.status().isRunning() && end != null && !end.isAfter(now)) {
            return LayerRows.release(write, experiment.with(life.concludedAt(now)), now);
        }
        if (life.killed() != null
                && life.concluded() != null
                && !life.concluded().plus(LISTED_AFTER_CONCLUSION).isAfter(now)) {
            return Future.succeededFuture(experiment.with(life.forgiven()));
        }
        return Future.succeededFuture(served(experiment));
    }

    /** The same, in the snapshot exactly if it is active and its time has come. */
    StoredExperiment served(StoredExperiment experiment) {
        Instant start = experiment.definition().start();
        boolean is = experiment.status() == Status.ACTIVE && start != null && !start.isAfter(now);
        return experiment.with(experiment.life().served(is));
    }

    /** To the status that is asked for; where it is already, nothing changes. */
    Future<StoredExperiment> move(StoredExperiment experiment, Status to) {
        Status from = experiment.status();
        if (from == to) {
            return Future.succeededFuture(experiment);
        }
        if (!from.next().contains(to)) {
            throw refusal(from, to.text());
        }
        return switch (to) {
            case ACTIVE ->
                from == Status.DRAFT
                        ? launch(experiment)
                        : Future.succeededFuture(
                                experiment.with(experiment.life().resumed()));
            case PAUSED ->
                Future.succeededFuture(experiment.with(experiment.life().paused()));
            case CONCLUDED -> conclude(experiment);
            case DRAFT -> throw refusal(from, to.text());
        };
    }

    /** Out of the snapshot and on the emergency list; killed already, nothing changes. */
    StoredExperiment kill(StoredExperiment experiment) {
        if (!experiment.status().isRunning()) {
            throw refusal(experiment.status(), "killed");
        }
        Life life = experiment.life();
        return life.killed() == null ? experiment.with(life.killedAt(now)) : experiment;
    }

    private static ApiError refusal(Status from, String to) {
        List<String> allowed = from.next().stream().map(Status::text).toList();
        return ApiError.conflict(
                        "not_allowed",
                        "From " + from.text() + " it can't become " + to + " (allowed: "
                                + (allowed.isEmpty() ? "nothing" : String.join(", ", allowed)) + ").")
                .with(Map.of("status_is", from.text(), "allowed", allowed));
    }

    private Future<StoredExperiment> launch(StoredExperiment experiment) {
        Definition definition = experiment.definition();
        Instant end = definition.end();
        if (end != null && !end.isAfter(now)) {
            throw ApiError.conflict("end_passed", "Its end " + end + " has passed.");
        }
        Instant start = Objects.requireNonNullElse(definition.start(), now);
        // until this is committed the holdout does not grow: it would take out users who are in by then
        return write.run("select 1 from holdout for share")
                .compose(held -> resolve(definition.metrics()))
                .compose(measured -> enrol(
                        experiment
                                .with(definition.withWindow(start, end))
                                .withMeasured(measured)
                                .with(experiment.life().launchedAt(now)),
                        definition.rollout()));
    }

    private Future<List<MetricDefinition>> resolve(List<MetricChoice> choices) {
        String[] names = choices.stream().map(MetricChoice::key).toArray(String[]::new);
        return write.run(
                        """
                        select key, event, kind, "window" from metric_definition where key = any($1)""",
                        (Object) names)
                .map(rows -> {
                    Map<String, MetricDefinition> known = new HashMap<>();
                    rows.forEach(row -> known.put(row.getString("key"), MetricRows.definition(row)));
                    List<MetricDefinition> measured = new ArrayList<>();
                    choices.forEach(choice -> measured.add(frozen(choice, known)));
                    return measured;
                });
    }

    private static MetricDefinition frozen(MetricChoice choice, Map<String, MetricDefinition> known) {
        MetricDefinition inline = choice.inline();
        MetricDefinition named = known.get(choice.key());
        return inline != null ? inline : named != null ? named : MetricDefinition.conversionOn(choice.key());
    }

    /** Gives it slots up to that many; null: all that are free. */
    Future<StoredExperiment> enrol(StoredExperiment experiment, @Nullable Integer rollout) {
        int has = experiment.slots().size();
        if (rollout != null && rollout == has) {
            return Future.succeededFuture(experiment);
        }
        return LayerRows.lock(write, experiment.layer()).compose(book -> {
            int more = rollout == null ? book.free() : rollout - has;
            if (more + has == 0 || !book.take(experiment.id(), more)) {
                throw full(book);
            }
            Slots slots = book.of(experiment.id());
            Definition definition = experiment.definition().withRollout(slots.size());
            return LayerRows.save(write, experiment.layer(), book)
                    .map(experiment.withSlots(slots).with(definition));
        });
    }

    private static ApiError full(SlotBook book) {
        String free = Percent.of(book.free()).toPlainString();
        return ApiError.conflict("layer_full", "The layer has " + free + " % free.")
                .with(Map.of(
                        "free_percent",
                        Percent.of(book.free()),
                        "free_slots",
                        ExperimentJson.ranges(book.freeSlots())));
    }

    private Future<StoredExperiment> conclude(StoredExperiment experiment) {
        Definition definition = experiment.definition();
        Instant soon = now.plus(Edits.NOTICE);
        Instant end = definition.end() == null || definition.end().isAfter(soon) ? soon : definition.end();
        StoredExperiment concluded = experiment
                .with(definition.withWindow(definition.start(), end))
                .with(experiment.life().concludedAt(now));
        return LayerRows.release(write, concluded, now);
    }
}
