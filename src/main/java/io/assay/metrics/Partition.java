package io.assay.metrics;

import io.assay.analytics.ExperimentTotals;
import io.assay.metrics.AttributionJoin.Reached;
import io.assay.metrics.AttributionJoin.Shown;
import io.assay.metrics.Totals.Quality;
import io.assay.protocol.EventCodec;
import io.assay.protocol.UnreadableEventException;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * All of one partition: it takes the records of both topics one after another, and keeps users, totals and watermarks in
 * two tables. Whoever says so before, and then commits the tables together with the positions in the log, has exact totals.
 * After a commit that failed it is to be made anew from what the tables were.
 */
final class Partition implements FirstExposures {
    private static final byte[] WATERMARKS = {'W'};

    private final Table users;
    private final Table state;
    private final Definitions definitions;
    private final Outbox outbox;
    private final Watermarks watermarks;
    private final Totals totals;
    private final AttributionJoin join;

    /** The user whose record is at hand. */
    private String user = "";

    /** Whether the state does not yet have the watermarks of what was taken last. */
    private boolean isBehind;

    private byte @Nullable [] sweepAt;
    private long sweptDay;

    Partition(Table users, Table state, Definitions definitions, Outbox outbox, Parts parts) {
        this.users = users;
        this.state = state;
        this.definitions = definitions;
        this.outbox = outbox;
        this.watermarks = parts.watermarks().get();
        this.totals = parts.totals().apply(state);
        this.join = parts.join().make(parts.limits(), totals, this);
        byte[] known = state.get(WATERMARKS);
        if (known != null) {
            watermarks.restore(known);
        }
    }

    /** Takes one record. It may wait for definitions, and fails if they do not come: then nothing must be committed. */
    void accept(Source source, long offset, byte @Nullable [] key, byte @Nullable [] value, long received) {
        watermarks.advance(source, offset, received);
        isBehind = true;
        try {
            if (EventCodec.isHeartbeat(key, value)) {
                // only the clock moves
            } else if (value != null && EventCodec.isErase(value)) {
                erase(source, key, EventCodec.erasedAt(value));
            } else if (source == Source.EXPOSURES) {
                exposure(key, value, received);
            } else {
                goal(key, value, received);
            }
        } catch (UnreadableEventException e) {
            outbox.deadLetter("unreadable: " + e.getMessage());
        }
    }

    /** Puts into the tables what is only here: few cells change so often that each is worth a put a commit, not a record. */
    void beforeCommit() {
        totals.write();
        if (isBehind) {
            state.put(WATERMARKS, watermarks.toBytes());
            isBehind = false;
        }
    }

    /** True if this record is the first of a new UTC day of the log: changes are to be taken before it. */
    boolean beginsDay(long received) {
        var progress = watermarks.progress();
        return progress.day() >= 0 && Math.floorDiv(received, Definition.DAY) > progress.day();
    }

    /** The absolute totals of every experiment that has changed since the last time. */
    void takeChanges(BiConsumer<Definition, ExperimentTotals> visitor) {
        var changed = totals.changed();
        if (changed.isEmpty()) {
            return;
        }
        var view = definitions.current();
        for (long experiment : changed) {
            var e = view.find(experiment);
            if (e != null) {
                visitor.accept(e, totals.take(e));
            }
        }
    }

    ExperimentTotals totals(Definition e) {
        return totals.read(e);
    }

    /** Records that did not count, by reason, since the last time. */
    Map<String, Long> takeDiscards() {
        return totals.takeDiscards();
    }

    Watermarks watermarks() {
        return watermarks;
    }

    /**
     * Folds some of the users nobody hears of any more; once a day of the log it comes round to all of them.
     *
     * @param limit how many to look at
     */
    void sweep(int limit) {
        long day = Math.floorDiv(watermarks.horizon(), Definition.DAY);
        if (sweepAt == null && day <= sweptDay) {
            return;
        }
        byte[] first = sweepAt == null ? new byte[0] : sweepAt;
        sweptDay = day;
        sweepAt = null;
        var view = definitions.current();
        users.scanFrom(first, limit, (key, bytes) -> {
            var state = UserStateCodec.decode(bytes);
            join.fold(state, view, watermarks.horizon());
            save(key, bytes, state);
            sweepAt = Arrays.copyOf(key, key.length + 1);
        });
    }

    @Override
    public void is(Definition e, int variant, long ts) {
        outbox.firstExposure(e.id, user, e.variants.get(variant), ts);
    }

    @Override
    public void isNone(Definition e) {
        outbox.noExposure(e.id, user);
    }

    private void exposure(byte @Nullable [] key, byte @Nullable [] value, long received)
            throws UnreadableEventException {
        var exposure = EventCodec.decodeExposure(key, value);
        var view = definitions.current();
        var e = view.find(exposure.experimentId());
        if (e == null || e.variant(exposure.variant()) < 0) {
            view = definitions.readAfter(received);
            e = view.find(exposure.experimentId());
        }
        if (e == null) {
            outbox.deadLetter("unknown_experiment");
            return;
        }
        int variant = e.variant(exposure.variant());
        if (variant < 0) {
            join.discard(e, Quality.UNKNOWN_VARIANT, received);
            outbox.deadLetter("unknown_variant");
        } else if (isAhead(exposure.ts(), received)) {
            join.discard(e, Quality.IN_FUTURE, received);
            outbox.deadLetter("timestamp_in_future");
        } else {
            user = exposure.user();
            var shown = new Shown(Hash64.of(exposure.id()), variant, exposure.ts(), received);
            byte[] id = Objects.requireNonNull(key);
            byte[] before = users.get(id);
            var known = known(before, view);
            join.exposure(known.state, known.view, e, shown);
            save(id, before, known.state);
        }
    }

    private void goal(byte @Nullable [] key, byte @Nullable [] value, long received) throws UnreadableEventException {
        var goal = EventCodec.decodeGoal(key, value);
        if (isAhead(goal.ts(), received)) {
            outbox.deadLetter("timestamp_in_future");
            return;
        }
        user = goal.user();
        byte[] id = Objects.requireNonNull(key);
        byte[] before = users.get(id);
        var known = known(before, definitions.current());
        var reached =
                new Reached(Hash64.of(goal.id()), Hash64.of(goal.name()), goal.valueMicros(), goal.ts(), received);
        join.goal(known.state, known.view, reached);
        save(id, before, known.state);
    }

    private void erase(Source source, byte @Nullable [] key, long moment) throws UnreadableEventException {
        user = EventCodec.decodeUser(key);
        byte[] id = Objects.requireNonNull(key);
        byte[] before = users.get(id);
        var known = known(before, definitions.current());
        join.erase(known.state, known.view, source, moment);
        save(id, before, known.state);
        for (var e : known.view.all()) {
            // of these no user is known any more: the totals stay, and whoever was in them is withdrawn unseen
            if (e.finalAt() <= watermarks.horizon()) {
                isNone(e);
            }
        }
    }

    private static boolean isAhead(long ts, long received) {
        return ts - received > Watermarks.AHEAD;
    }

    /** A user, and definitions of all that is known of the user. */
    private record Known(UserState state, Definitions.View view) {}

    /**
     * The user's state was perhaps written by a node with newer definitions than there are here: what it names was launched
     * before the latest record of all so far, in either topic.
     */
    private Known known(byte @Nullable [] bytes, Definitions.View current) {
        if (bytes == null) {
            return new Known(new UserState(), current);
        }
        var state = UserStateCodec.decode(bytes);
        var view = current.knows(state)
                ? current
                : definitions.readAfter(watermarks.progress().received());
        join.fold(state, view, watermarks.horizon());
        return new Known(state, view);
    }

    private void save(byte[] id, byte @Nullable [] before, UserState state) {
        byte[] after = state.isEmpty() ? null : UserStateCodec.encode(state);
        if (!Arrays.equals(before, after)) {
            users.put(id, after);
        }
    }
}
