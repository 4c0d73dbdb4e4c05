package io.assay.metrics;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** All that the join remembers of one user; {@link UserStateCodec} makes bytes of it. */
final class UserState {
    static final long NEVER = Long.MAX_VALUE;
    static final long NOT_ERASED = -1;

    /** The ids of one UTC day, which are its counts too, and the day's sum of absolute values. */
    static final class Day {
        final long start;
        final LongList exposures = new LongList();
        final LongList goals = new LongList();
        long valueMicros;

        Day(long start) {
            this.start = start;
        }
    }

    /** The start of the first bad day. */
    long badFrom = NEVER;

    /** The latest moment of an erasure seen in each topic. */
    private long erasedExposures = NOT_ERASED;

    private long erasedEvents = NOT_ERASED;

    final List<Day> days = new ArrayList<>();
    final List<Participation> participations = new ArrayList<>();
    /** Goals a late exposure could still move, ordered by time. */
    final LongList goalTs = new LongList();

    final LongList goalEvent = new LongList();
    final LongList goalValue = new LongList();

    long erased(Source source) {
        return source == Source.EXPOSURES ? erasedExposures : erasedEvents;
    }

    void erased(Source source, long moment) {
        if (source == Source.EXPOSURES) {
            erasedExposures = moment;
        } else {
            erasedEvents = moment;
        }
    }

    /** No erasure from then can still come; one that only one topic has never came into the other. */
    void forgetErasures(long horizon) {
        if (Math.max(erasedExposures, erasedEvents) < horizon) {
            erasedExposures = NOT_ERASED;
            erasedEvents = NOT_ERASED;
        }
    }

    /** The other topic has an erasure that is still to come in this one: until then nothing in it counts. */
    boolean isDeafTo(Source source) {
        return erased(source) < erased(source.other());
    }

    boolean wasErased() {
        return erasedExposures != NOT_ERASED || erasedEvents != NOT_ERASED;
    }

    Day day(long ts) {
        long start = Math.floorDiv(ts, Definition.DAY) * Definition.DAY;
        for (var day : days) {
            if (day.start == start) {
                return day;
            }
        }
        var day = new Day(start);
        days.add(day);
        return day;
    }

    @Nullable
    Participation find(long experiment) {
        for (var participation : participations) {
            if (participation.experiment == experiment) {
                return participation;
            }
        }
        return null;
    }

    Participation in(long experiment) {
        var known = find(experiment);
        if (known != null) {
            return known;
        }
        var participation = new Participation(experiment);
        participations.add(participation);
        return participation;
    }

    int addGoal(long ts, long event, long value) {
        int at = goalTs.lowerBound(ts);
        goalTs.insert(at, ts);
        goalEvent.insert(at, event);
        goalValue.insert(at, value);
        return at;
    }

    void removeGoals(int from, int to) {
        goalTs.removeRange(from, to);
        goalEvent.removeRange(from, to);
        goalValue.removeRange(from, to);
    }

    boolean isEmpty() {
        return badFrom == NEVER && !wasErased() && days.isEmpty() && participations.isEmpty() && goalTs.size() == 0;
    }
}
