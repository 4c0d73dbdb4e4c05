package io.assay.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import io.assay.catalog.FollowedUsers.Allowed;
import io.assay.embedded.SharedServers;
import io.assay.platform.ApiError;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Random changes, one after the other, against a model that says what each must come to. After each of them: the statuses are
 * the model's, each version moved exactly if what it stands for is not the same, and 10,000 users are put through the engine.
 * None of them may ever get another variant of an experiment than the one they had, and none leave or enter but by what is
 * meant to have them do so.
 */
class RandomChangesIT {
    private static final int STEPS = 80;
    private static final JsonObject POSTGRES = SharedServers.newDatabase();
    private static final Vertx vertx = Vertx.vertx();
    private static final Catalog catalog = Catalog.create(vertx, new JsonObject().put("postgres", POSTGRES));

    private final List<ModelExperiment> all = new ArrayList<>();
    private final List<String> done = new ArrayList<>();
    private final FollowedUsers users = new FollowedUsers();
    private Random random = new Random();
    private String prefix = "";
    private int holdout;
    private CatalogSnapshot before;

    @BeforeAll
    static void migrate() {
        catalog.migrate().await();
    }

    @AfterAll
    static void close() {
        catalog.close().await();
        vertx.close().await();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void nobodyMovesAndVersionsTellWhatChanged(long seed) {
        random = new Random(seed);
        prefix = "s" + seed + "_";
        before = answered(catalog::load);
        try {
            for (int step = 0; step < STEPS; step++) {
                step();
            }
            assertThat(done).hasSizeGreaterThan(STEPS / 2);
        } catch (AssertionError | RuntimeException e) {
            List<String> last = done.subList(Math.max(0, done.size() - 15), done.size());
            throw new AssertionError("seed " + seed + ", change " + done.size() + ": " + String.join("; ", last), e);
        }
    }

    /** The next seed begins with nothing that runs. */
    @AfterEach
    void endAll() {
        sql("update experiment set status = 'concluded', served = false, concluded_at = now()");
        sql("update experiment set killed_at = null");
        sql("update holdout set slots = 0");
        sql("delete from slot_range");
    }

    /** A busy machine may be too slow for an answer; then nothing was changed, and it is asked again. */
    private static <T> T answered(Supplier<Future<? extends T>> question) {
        for (int attempt = 1; ; attempt++) {
            try {
                return question.get().await();
            } catch (ApiError e) {
                if (e.status() != 503 || attempt == 5) {
                    throw e;
                }
            }
        }
    }

    private void step() {
        ModelExperiment one = all.isEmpty() ? null : all.get(random.nextInt(all.size()));
        ModelExperiment running = any(ModelExperiment::isRunning);
        int dice = random.nextInt(100);
        if (one == null || dice < 14) {
            create();
        } else if (dice < 34) {
            ModelExperiment moved =
                    dice < 24 ? Objects.requireNonNullElse(any(e -> e.status == Status.DRAFT), one) : one;
            move(moved, moved.status == Status.DRAFT ? Status.ACTIVE : status());
        } else if (dice < 46) {
            ramp(Objects.requireNonNullElse(running, one), 1 + random.nextInt(60));
        } else if (dice < 52) {
            rename(one);
        } else if (dice < 57) {
            override(one);
        } else if (dice < 62) {
            kill(one);
        } else if (dice < 66) {
            drop(Objects.requireNonNullElse(running, one));
        } else if (dice < 70) {
            reallocate(one);
        } else if (dice < 74) {
            relayer(one);
        } else if (dice < 77) {
            copy(one);
        } else if (dice < 80) {
            delete(one);
        } else if (dice < 84) {
            hold(random.nextInt(4) * 100);
        } else if (dice < 91) {
            letTimePass();
        } else if (dice < 95) {
            preview(one);
        } else {
            key();
        }
    }

    private ModelExperiment any(Predicate<ModelExperiment> which) {
        List<ModelExperiment> fitting = all.stream().filter(which).toList();
        return fitting.isEmpty() ? null : fitting.get(random.nextInt(fitting.size()));
    }

    private Status status() {
        return List.of(Status.ACTIVE, Status.ACTIVE, Status.PAUSED, Status.PAUSED, Status.CONCLUDED)
                .get(random.nextInt(5));
    }

    private int free(String layer) {
        return Percent.ALL
                - all.stream()
                        .filter(e -> layer != null && layer.equals(e.layer))
                        .mapToInt(e -> e.slots)
                        .sum();
    }

    /** Makes a change that must come to that code, {@code ok} if it is done, and then looks at everything. */
    private void expect(String code, String what, Allowed allowed, Supplier<Future<?>> change) {
        String came = "ok";
        try {
            answered(change::get);
        } catch (ApiError e) {
            came = e.code();
        }
        done.add(what + " → " + came);
        assertThat(came).as(what).isEqualTo(code);
        look(code.equals("ok") ? allowed : Allowed.NOBODY);
    }

    private void look(Allowed allowed) {
        CatalogSnapshot now = answered(catalog::load);
        assertMoved(
                before.versions().config(),
                now.versions().config(),
                before.snapshot().experiments().equals(now.snapshot().experiments())
                        && Objects.equals(
                                before.snapshot().holdout(), now.snapshot().holdout()));
        assertMoved(
                before.versions().emergency(),
                now.versions().emergency(),
                before.killed().equals(now.killed()));
        assertMoved(
                before.versions().keys(), now.versions().keys(), before.keys().equals(now.keys()));
        users.look(now, allowed);
        before = now;
        Set<String> served = new HashSet<>();
        now.snapshot().experiments().forEach(e -> served.add(e.key()));
        for (ModelExperiment each : all) {
            assertThat(served.contains(each.key)).as(each.toString()).isEqualTo(each.isServed());
            assertThat(now.killed().contains(each.key)).as(each.toString()).isEqualTo(each.killed);
        }
    }

    private static void assertMoved(long before, long after, boolean same) {
        assertThat(after).isEqualTo(same ? before : before + 1);
    }

    private static Allowed enter(ModelExperiment one) {
        return new Allowed(Set.of(one.id), Set.of(), null);
    }

    private static Allowed leave(ModelExperiment one) {
        return new Allowed(Set.of(), Set.of(one.id), null);
    }

    private static Future<StoredExperiment> patch(ModelExperiment one, String json) {
        return catalog.experiments().patch(one.id, ExperimentJson.object(json), Revision.ANY, "test");
    }

    private void create() {
        String layer = random.nextInt(4) == 0 ? null : prefix + "layer" + random.nextInt(2);
        Integer rollout = random.nextInt(5) == 0 ? null : 100 * (1 + random.nextInt(50));
        int first = 10 * (1 + random.nextInt(8));
        int second = (100 - first) / 2;
        ModelExperiment made =
                new ModelExperiment(prefix + done.size(), layer, rollout, first, second, 100 - first - second);
        String json = "{\"key\":\"" + made.key + "\",\"variants\":" + made.variants(made.allocations)
                + (layer == null ? "" : ",\"layer\":\"" + layer + "\"")
                + (rollout == null ? "" : ",\"rollout\":" + rollout / 100)
                + (random.nextInt(3) == 0 ? ",\"targeting\":{\"platforms\":[\"web\"]}" : "");
        made.waits = random.nextInt(4) == 0;
        made.ends = random.nextInt(3) == 0;
        String body = json
                + (made.waits ? ",\"start\":\"2098-01-01T00:00:00Z\"" : "")
                + (made.ends ? ",\"end\":\"2099-01-01T00:00:00Z\"}" : "}");
        expect("ok", "create " + made, Allowed.NOBODY, () -> catalog.experiments()
                .create(ExperimentJson.object(body), "test")
                .onSuccess(draft -> made.id = draft.id()));
        all.add(made);
    }

    private void move(ModelExperiment one, Status to) {
        String what = one + " to " + to.text();
        String json = "{\"status\":\"" + to.text() + "\"}";
        if (one.status == to) {
            expect("ok", what, Allowed.NOBODY, () -> patch(one, json));
            return;
        }
        if (!one.status.next().contains(to)) {
            expect("not_allowed", what, Allowed.NOBODY, () -> patch(one, json));
            return;
        }
        boolean launches = one.status == Status.DRAFT;
        int free = one.layer == null ? Percent.ALL : free(one.layer);
        int wanted = one.rollout == null ? free : one.rollout;
        if (launches && (free == 0 || wanted > free)) {
            expect("layer_full", what, Allowed.NOBODY, () -> patch(one, json));
            return;
        }
        one.status = to;
        one.slots = launches ? wanted : one.slots;
        one.killed = one.killed && to != Status.ACTIVE;
        if (to == Status.CONCLUDED) {
            one.conclude();
        }
        expect("ok", what, to == Status.ACTIVE ? enter(one) : leave(one), () -> patch(one, json));
    }

    private void ramp(ModelExperiment one, int percent) {
        int slots = 100 * percent;
        String what = "rollout of " + one + " to " + slots;
        Supplier<Future<?>> change = () -> patch(one, "{\"rollout\":" + percent + "}");
        if (one.status == Status.DRAFT) {
            one.rollout = slots;
            expect("ok", what, Allowed.NOBODY, change);
        } else if (one.status == Status.CONCLUDED) {
            assertThat(one.slots).isZero();
            int last = answered(() -> catalog.find(one.id))
                    .orElseThrow()
                    .definition()
                    .rollout();
            expect(last == slots ? "ok" : "concluded", what, Allowed.NOBODY, change);
        } else if (slots < one.slots) {
            expect("would_reassign", what, Allowed.NOBODY, change);
        } else if (slots - one.slots > (one.layer == null ? Percent.ALL - one.slots : free(one.layer))) {
            expect("layer_full", what, Allowed.NOBODY, change);
        } else {
            one.slots = slots;
            expect("ok", what, enter(one), change);
        }
    }

    private void rename(ModelExperiment one) {
        String json = "{\"name\":\"n" + done.size() + "\"}";
        String code = one.status == Status.CONCLUDED ? "concluded" : "ok";
        expect(code, "name of " + one, Allowed.NOBODY, () -> patch(one, json));
    }

    private void override(ModelExperiment one) {
        String json = "{\"overrides\":{\"qa-" + done.size() + "\":\"v1\"}}";
        String code = one.status == Status.CONCLUDED ? "concluded" : "ok";
        expect(code, "override in " + one, Allowed.NOBODY, () -> patch(one, json));
    }

    private void kill(ModelExperiment one) {
        String what = "kill " + one;
        boolean can = one.isRunning();
        if (can) {
            one.killed = true;
            one.status = Status.PAUSED;
        }
        expect(can ? "ok" : "not_allowed", what, leave(one), () -> catalog.experiments()
                .kill(one.id, Revision.ANY, "test"));
    }

    private void drop(ModelExperiment one) {
        String arm = ModelExperiment.name(1 + random.nextInt(2));
        String what = "drop " + arm + " of " + one;
        boolean again = one.dropped.contains(arm);
        boolean undrops = again && random.nextBoolean();
        if (undrops) {
            one.dropped.remove(arm);
            String without = one.variants(one.allocations);
            one.dropped.add(arm);
            String code = one.status == Status.CONCLUDED ? "concluded" : "frozen";
            expect(code, "un" + what, Allowed.NOBODY, () -> patch(one, "{\"variants\":" + without + "}"));
            return;
        }
        if (!again) {
            one.dropped.add(arm);
        }
        String json = "{\"variants\":" + one.variants(one.allocations) + "}";
        String code = again || one.isRunning() ? "ok" : one.status == Status.DRAFT ? "invalid" : "concluded";
        if (!again && !one.isRunning()) {
            one.dropped.remove(arm);
        }
        expect(code, what, new Allowed(Set.of(), Set.of(one.id), arm), () -> patch(one, json));
    }

    private void reallocate(ModelExperiment one) {
        int first = one.allocations[0] == 20 ? 30 : 20;
        int[] other = {first, 40, 60 - first};
        String json = "{\"variants\":" + one.variants(other) + "}";
        if (one.status == Status.DRAFT) {
            one.allocations = other;
        }
        expect(refusal(one), "allocations of " + one, Allowed.NOBODY, () -> patch(one, json));
    }

    private static String refusal(ModelExperiment one) {
        return one.isRunning() ? "would_reassign" : one.status == Status.DRAFT ? "ok" : "concluded";
    }

    private void relayer(ModelExperiment one) {
        String other = (prefix + "layer0").equals(one.layer) ? prefix + "layer1" : prefix + "layer0";
        String what = "layer of " + one;
        if (one.status == Status.DRAFT) {
            one.layer = other;
        }
        boolean targeting = one.status != Status.DRAFT && random.nextBoolean();
        String json = targeting
                ? "{\"targeting\":{\"platforms\":[\"t" + done.size() + "\"]}}"
                : "{\"layer\":\"" + other + "\"}";
        expect(refusal(one), what, Allowed.NOBODY, () -> patch(one, json));
    }

    private void copy(ModelExperiment one) {
        ModelExperiment made =
                new ModelExperiment(prefix + done.size(), one.layer, one.rollout, one.allocations.clone());
        made.rollout =
                answered(() -> catalog.find(one.id)).orElseThrow().definition().rollout();
        expect("ok", "copy " + one, Allowed.NOBODY, () -> catalog.experiments()
                .copy(one.id, Map.of("key", made.key), "test")
                .onSuccess(draft -> made.id = draft.id()));
        all.add(made);
    }

    private void delete(ModelExperiment one) {
        boolean can = one.status == Status.DRAFT;
        expect(can ? "ok" : "not_allowed", "delete " + one, Allowed.NOBODY, () -> catalog.experiments()
                .delete(one.id, Revision.ANY, "test"));
        if (can) {
            all.remove(one);
        }
    }

    private void hold(int slots) {
        boolean grows = slots > holdout;
        boolean runs = all.stream().anyMatch(ModelExperiment::isRunning);
        String what = "holdout from " + holdout + " to " + slots;
        Set<String> everywhere = new HashSet<>();
        all.forEach(each -> everywhere.add(each.id));
        String json = "{\"percent\":" + slots / 100 + "}";
        if (!grows || !runs) {
            holdout = slots;
        }
        expect(
                grows && runs ? "would_reassign" : "ok",
                what,
                new Allowed(everywhere, Set.of(), null),
                () -> catalog.holdout().change(ExperimentJson.object(json), "test"));
    }

    private void letTimePass() {
        ModelExperiment due =
                any(e -> e.isRunning() && (e.waits || e.ends) || e.killed && e.status == Status.CONCLUDED);
        if (due == null) {
            return;
        }
        String what = "time passes for " + due;
        Allowed allowed;
        if (!due.isRunning()) {
            due.killed = false;
            sql("update experiment set concluded_at = concluded_at - interval '7 days' where id = '" + due.id + "'");
            allowed = Allowed.NOBODY;
        } else if (due.waits) {
            due.waits = false;
            sql("update experiment set start_at = date_trunc('milliseconds', clock_timestamp()) where id = '" + due.id
                    + "'");
            allowed = enter(due);
        } else {
            due.conclude();
            sql("update experiment set end_at = date_trunc('milliseconds', clock_timestamp()) where id = '" + due.id
                    + "'");
            allowed = leave(due);
        }
        expect("ok", what, allowed, catalog::applySchedule);
    }

    private void preview(ModelExperiment one) {
        String json = random.nextBoolean() ? "{\"rollout\":1}" : "{\"name\":\"p\"}";
        boolean over = one.status == Status.CONCLUDED;
        long revision = answered(() -> catalog.find(one.id)).orElseThrow().revision();
        expect(over ? "concluded" : "ok", "preview of " + one, Allowed.NOBODY, () -> catalog.experiments()
                .preview(one.id, ExperimentJson.object(json), Revision.ANY, null));
        assertThat(answered(() -> catalog.find(one.id)).orElseThrow().revision())
                .isEqualTo(revision);
    }

    private void key() {
        expect("ok", "make a key", Allowed.NOBODY, () -> catalog.keys()
                .create(Map.of("name", "k", "scope", "read"), "test"));
    }

    private static void sql(String statement) {
        try (Connection connection = SharedServers.connect(POSTGRES)) {
            connection.createStatement().execute("set search_path = catalog");
            connection.createStatement().execute(statement);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
