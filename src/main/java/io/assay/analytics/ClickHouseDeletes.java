package io.assay.analytics;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.vertx.core.Future;
import java.util.UUID;

/** Rows taken away by mutations, which ClickHouse has written down when it answers and does as soon as it can. */
final class ClickHouseDeletes {
    private final ClickHouse database;

    ClickHouseDeletes(ClickHouse database) {
        this.database = database;
    }

    /** A mutation goes through all parts that hold such a row: there is none if no part does, or if it is under way. */
    Future<Void> delete(String table, String condition) {
        return isAny(table + " WHERE " + condition).compose(isThere -> isThere ? once(table, condition) : done());
    }

    /* ClickHouse notes a command in its own words, but a text in it as it is: by that it is known again. */
    private Future<Void> once(String table, String condition) {
        var name = "'" + UUID.nameUUIDFromBytes(condition.getBytes(UTF_8)) + "'";
        var same = "system.mutations WHERE is_done = 0 AND database = " + ClickHouseLiteral.of(database.database())
                + " AND table = '" + table + "' AND position(command, " + name + ") > 0";
        var sql = "ALTER TABLE " + table + " DELETE WHERE " + name + " != '' AND (" + condition + ")";
        return isAny(same).compose(isUnderWay -> isUnderWay ? done() : database.change(sql));
    }

    private Future<Boolean> isAny(String rows) {
        return database.query("SELECT count() FROM " + rows)
                .map(found -> found.rows().findFirst().orElseThrow().number(0) > 0);
    }

    private static Future<Void> done() {
        return Future.succeededFuture();
    }
}
