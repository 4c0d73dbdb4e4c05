package io.assay.catalog;

import io.assay.catalog.Write.Subject;
import io.assay.platform.ApiError;
import io.vertx.core.Future;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The share of users that are in no experiment at all. It may shrink; growing would take users out of what runs. */
public final class GlobalHoldout {
    private static final Subject SUBJECT = new Subject("holdout", "holdout");
    private final Database database;

    GlobalHoldout(Database database) {
        this.database = database;
    }

    /** {@code {percent}}. */
    public Future<Map<String, Object>> get() {
        return database.read(pool -> pool.query("select slots from holdout")
                .execute()
                .map(rows -> view(rows.iterator().next().getInteger("slots"))));
    }

    private static Map<String, Object> view(int slots) {
        return Map.of("percent", Percent.of(slots));
    }

    /** Sets it to a request's body {@code {percent}}. */
    public Future<Map<String, Object>> change(Map<String, ?> body, String who) {
        Findings findings = new Findings();
        Fields fields = new Fields(body, "", findings).only("percent");
        Integer wanted = fields.required("percent", fields.percent("percent", 0));
        findings.refuse();
        int slots = Objects.requireNonNull(wanted);
        return database.write(who, write -> write.run("select slots, salt from holdout for update")
                .map(rows -> rows.iterator().next())
                .compose(row -> change(write, row.getInteger("slots"), slots, row.getString("salt")))
                .map(view(slots)));
    }

    private static Future<Void> change(Write write, int before, int after, @Nullable String salt) {
        if (before == after) {
            return Future.succeededFuture();
        }
        return requireNobodyLeaves(write, before, after)
                .compose(free -> salt == null ? Salts.fresh(write) : Future.succeededFuture(salt))
                .compose(own -> write.run("update holdout set slots = $1, salt = $2", after, own))
                .compose(done -> {
                    write.configChanged();
                    return write.audit("update", SUBJECT, view(before), view(after));
                });
    }

    private static Future<Void> requireNobodyLeaves(Write write, int before, int after) {
        if (after < before) {
            return Future.succeededFuture();
        }
        return write.run("select key from experiment where status in ('active', 'paused') order by key limit 20")
                .map(rows -> {
                    List<String> running =
                            rows.stream().map(row -> row.getString("key")).toList();
                    if (!running.isEmpty()) {
                        throw ApiError.conflict(
                                        "would_reassign",
                                        "This would take up to "
                                                + Percent.of(after - before).toPlainString()
                                                + " % of all users out of running experiments. Conclude them first.")
                                .with(Map.of("share_percent", Percent.of(after - before), "running", running));
                    }
                    return null;
                });
    }
}
