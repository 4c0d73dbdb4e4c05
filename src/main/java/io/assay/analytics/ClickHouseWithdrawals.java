package io.assay.analytics;

import static java.util.stream.Collectors.joining;

import io.assay.analytics.Batch.FirstExposure;
import io.vertx.core.Future;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/**
 * Users who are out of an experiment. Only one who was in it is noted as out, so that an older row cannot come back; the
 * rows before that go, since a user may be out because of being erased.
 */
final class ClickHouseWithdrawals {
    private static final int AT_ONCE = 100;

    private final ClickHouse database;
    private final ClickHouseDeletes deletes;

    ClickHouseWithdrawals(ClickHouse database, ClickHouseDeletes deletes) {
        this.database = database;
        this.deletes = deletes;
    }

    /** A user in an experiment of a generation. */
    private record Enrolment(int generation, String experimentId, String user) {
        static Enrolment of(FirstExposure row) {
            return new Enrolment(row.generation(), row.experimentId(), row.user());
        }

        String literal() {
            return "(" + generation + ", " + ClickHouseLiteral.of(experimentId) + ", " + ClickHouseLiteral.of(user)
                    + ")";
        }
    }

    /** The rows without those which say that somebody is out of what nobody knows that user was in. */
    Future<List<FirstExposure>> known(List<FirstExposure> rows) {
        Set<Enrolment> in = new HashSet<>();
        Set<Enrolment> asked = new HashSet<>();
        rows.forEach(row -> (row.variant() == null ? asked : in).add(Enrolment.of(row)));
        asked.removeAll(in);
        return inTurn(List.copyOf(asked), some -> stored(some).map(in::addAll).mapEmpty())
                .map(v -> rows.stream()
                        .filter(row -> in.contains(Enrolment.of(row)))
                        .toList());
    }

    private Future<List<Enrolment>> stored(List<Enrolment> some) {
        return database.query("SELECT DISTINCT generation, experiment_id, user_id FROM first_exposure "
                        + "WHERE (generation, experiment_id, user_id) IN "
                        + some.stream().map(Enrolment::literal).collect(joining(", ", "(", ")")))
                .map(found -> found.rows()
                        .map(row -> new Enrolment(row.small(0), row.text(1), row.text(2)))
                        .toList());
    }

    /** Takes away what is older than the rows that say somebody is out. */
    Future<Void> withdraw(List<FirstExposure> rows) {
        var out = rows.stream().filter(row -> row.variant() == null).toList();
        return inTurn(
                out,
                some -> deletes.delete(
                        "first_exposure",
                        some.stream().map(ClickHouseWithdrawals::older).collect(joining(" OR "))));
    }

    private static String older(FirstExposure row) {
        int topic = row.at().topic();
        return "(generation = " + row.generation() + " AND experiment_id = " + ClickHouseLiteral.of(row.experimentId())
                + " AND user_id = " + ClickHouseLiteral.of(row.user()) + " AND is_out = 0 AND (topic < " + topic
                + " OR topic = " + topic + " AND pos < " + row.at().offset() + "))";
    }

    private static <R> Future<Void> inTurn(List<R> all, Function<List<R>, Future<Void>> step) {
        Future<Void> done = Future.succeededFuture();
        for (int from = 0; from < all.size(); from += AT_ONCE) {
            var some = all.subList(from, Math.min(from + AT_ONCE, all.size()));
            done = done.compose(before -> step.apply(some));
        }
        return done;
    }
}
