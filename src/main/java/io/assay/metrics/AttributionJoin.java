package io.assay.metrics;

import io.assay.metrics.Totals.Quality;

/**
 * Credits goals to what the user was shown before them. What it has added up after any sequence of records is what one
 * query over the same records would give, in whatever order they came and however often.
 *
 * <pre>
 * arrives                          | state afterwards               | credited
 * ---------------------------------+--------------------------------+-----------------------------
 * goal g@5                         | goals {g@5}                    | nothing: not shown anything yet
 * exposure A@3                     | steps A[3,..)                  | g to A
 * exposure B@4 (late)              | steps A[3,4) B[4,..)           | g moves from A to B
 * exposure B@4 again; g@5 again    | unchanged                      | unchanged
 * exposure A@9                     | steps A[3,4) B[4,9) A[9,..)    | g stays with B
 * goal h@2                         | goals {h@2, g@5}               | h to nobody: before the first step
 * exposure A@6 (late)              | steps .. B[4,6) A[6,..)        | g stays with B
 * goal i@-80h (too late)           | unchanged                      | unchanged
 * the day of g turns bad           | out of the experiment          | all of the user's taken back
 * user erased, in either topic     | nothing, deaf to the other one | all of the user's taken back
 * the other topic's erasure        | hears both topics again        |
 * or none, until it is too late    | hears both topics again        |
 * </pre>
 *
 * <p>Not like this: a join that looks up "the current variant" when a goal arrives credits g to nobody at the first row,
 * and leaves it with A at the third.
 *
 * <p>Pure: no broker, no clock. A user's records come one after another; a user is in one partition for ever.
 */
class AttributionJoin extends Contribution {
    /*
     * A late exposure changes the steps, and with them the credit of goals that were counted already. Instead of cases
     * there is arithmetic: credit(steps, goals) before, the same after, and the totals move by the difference. Only goals
     * ahead of the horizon are at hand for it, and only they can move: a record that counts has ts >= received - L, so
     * it is never behind the horizon, and no step it makes can reach back there.
     */
    private final Limits limits;

    AttributionJoin(Limits limits, Totals totals, FirstExposures firsts) {
        super(totals, firsts);
        this.limits = limits;
    }

    /** A user was shown a variant, by its number. */
    record Shown(long id, int variant, long ts, long received) {}

    /** A user reached a goal; its event is hashed. */
    record Reached(long id, long event, long value, long ts, long received) {}

    void exposure(UserState user, Definitions.View view, Definition e, Shown shown) {
        if (isLate(shown.ts, shown.received)) {
            discard(e, Quality.TOO_OLD, shown.received);
            return;
        }
        if (isDeaf(user, Source.EXPOSURES)) {
            if (!e.covers(shown.ts)) {
                discard(e, Quality.OUTSIDE, shown.received);
            }
            return;
        }
        var participation = e.covers(shown.ts) ? user.in(e.hash) : null;
        boolean fresh = true;
        if (shown.ts < user.badFrom) {
            var day = user.day(shown.ts);
            fresh = isNewExposure(day, shown.id);
            if (fresh) {
                day.exposures.add(shown.id);
                if (day.exposures.size() > limits.exposures()) {
                    turnBad(user, view, day.start);
                }
            }
        }
        if (participation == null) {
            discard(e, Quality.OUTSIDE, shown.received);
        } else if (e.cut > user.badFrom) {
            exclude(e, participation);
        } else if (fresh && !participation.hasRecent(shown.ts, shown.variant)) {
            show(user, e, participation, shown);
        }
    }

    void goal(UserState user, Definitions.View view, Reached goal) {
        if (isLate(goal.ts, goal.received) || goal.ts >= user.badFrom || isDeaf(user, Source.EVENTS)) {
            return;
        }
        var day = user.day(goal.ts);
        if (day.goals.contains(goal.id)) {
            return;
        }
        day.goals.add(goal.id);
        day.valueMicros += Math.abs(goal.value);
        if (day.goals.size() > limits.goals() || day.valueMicros > limits.valueMicros()) {
            turnBad(user, view, day.start);
            return;
        }
        int at = user.addGoal(goal.ts, goal.event, goal.value);
        for (var participation : user.participations) {
            var e = view.find(participation.experiment);
            if (e != null && !participation.excluded && e.counts(goal.event)) {
                move(e, participation, new Credit(e).add(participation, user, at, at + 1), new Credit(e));
            }
        }
    }

    /**
     * A user is erased in one of the topics: what came before it there does not count any more. Neither does what the user
     * does in the other topic, as long as that has not come to its erasure of the same moment; so nothing is left of what
     * was known, a bad day neither.
     */
    void erase(UserState user, Definitions.View view, Source source, long moment) {
        boolean isFirstOfTwo = moment > user.erased(source.other());
        boolean isSecondOfTwo = user.isDeafTo(source);
        user.erased(source, Math.max(moment, user.erased(source)));
        if (isFirstOfTwo) {
            forgetGoals(user, view);
            forgetExposures(user, view);
            forgetBadDay(user);
        } else if (!isSecondOfTwo && source == Source.EVENTS) {
            forgetGoals(user, view);
        } else if (!isSecondOfTwo) {
            forgetExposures(user, view);
        }
        user.days.removeIf(day -> day.exposures.size() == 0 && day.goals.size() == 0);
    }

    void forgetBadDay(UserState user) {
        user.badFrom = UserState.NEVER;
    }

    void forgetGoals(UserState user, Definitions.View view) {
        user.removeGoals(0, user.goalTs.size());
        for (var day : user.days) {
            day.goals.removeRange(0, day.goals.size());
            day.valueMicros = 0;
        }
        for (var p : user.participations) {
            var e = view.find(p.experiment);
            if (e != null && p.events.length > 0) {
                move(e, p, new Credit(e), new Credit(e).of(p));
            }
        }
    }

    void forgetExposures(UserState user, Definitions.View view) {
        user.days.forEach(day -> day.exposures.removeRange(0, day.exposures.size()));
        user.participations.removeIf(p -> {
            var e = view.find(p.experiment);
            if (e != null) {
                retract(e, p);
            }
            return e != null;
        });
    }

    /** Forgets what is behind the horizon. It may be done at any time and cannot be seen from outside. */
    void fold(UserState user, Definitions.View view, long horizon) {
        user.days.removeIf(day -> idsKeptUntil(day) <= horizon);
        user.forgetErasures(horizon);
        user.removeGoals(0, user.goalTs.lowerBound(horizon));
        user.participations.removeIf(p -> {
            foldSteps(p, horizon);
            var e = view.find(p.experiment);
            return e != null && finalAt(e) <= horizon;
        });
    }

    /** A record that names this experiment does not count. Once the experiment is final it is not even noted. */
    void discard(Definition e, Quality reason, long received) {
        if (e.finalAt() == Definition.OPEN || received < e.finalAt() + Watermarks.LATENESS) {
            totals.count(e, reason, 1);
        }
    }

    boolean isDeaf(UserState user, Source source) {
        return user.isDeafTo(source);
    }

    boolean isLate(long ts, long received) {
        return received - ts > Watermarks.LATENESS;
    }

    boolean isNewExposure(UserState.Day day, long id) {
        return !day.exposures.contains(id);
    }

    void foldSteps(Participation p, long horizon) {
        p.fold(horizon);
    }

    long idsKeptUntil(UserState.Day day) {
        return day.start + Definition.DAY;
    }

    long finalAt(Definition e) {
        return e.finalAt();
    }

    private void show(UserState user, Definition e, Participation p, Shown shown) {
        boolean isRepeat = p.seen == 1 << shown.variant && shown.ts >= p.firstTs;
        if (isRepeat) {
            keepRepeat(p, shown);
            p.show(shown.variant, 1);
            addUsers(e, p, shown.variant, Tally.of(0, 1));
            return;
        }
        if (p.variants() == 1 && !p.hasSeen(shown.variant)) {
            takeOutOfClean(e, p);
            totals.count(e, Quality.MULTIPLE_EXPOSURES, 1);
        }
        var before = new Credit(e).add(p, user, 0, user.goalTs.size());
        boolean isNewUser = !p.hasSeen(shown.variant);
        addStep(p, shown);
        p.show(shown.variant, 1);
        addUsers(e, p, shown.variant, Tally.of(isNewUser ? 1 : 0, 1));
        recredit(user, e, p, before);
        if (p.isFirst(shown.ts, shown.variant)) {
            p.firstVariant = shown.variant;
            p.firstTs = shown.ts;
            firsts.is(e, shown.variant, shown.ts);
        }
    }

    /** The steps stay as they are, and yet it is kept: a late exposure may come between. */
    void keepRepeat(Participation p, Shown shown) {
        addStep(p, shown);
    }

    void addStep(Participation p, Shown shown) {
        p.add(shown.ts, shown.variant);
    }

    void recredit(UserState user, Definition e, Participation p, Credit before) {
        move(e, p, new Credit(e).add(p, user, 0, user.goalTs.size()), before);
    }

    private void turnBad(UserState user, Definitions.View view, long dayStart) {
        user.badFrom = dayStart;
        user.days.removeIf(day -> day.start >= dayStart);
        user.removeGoals(user.goalTs.lowerBound(dayStart), user.goalTs.size());
        for (var participation : user.participations) {
            var e = view.find(participation.experiment);
            if (e != null && e.cut > dayStart) {
                exclude(e, participation);
            }
        }
    }

    private void exclude(Definition e, Participation p) {
        if (!p.excluded) {
            retract(e, p);
            totals.count(e, Quality.EXCLUDED_USERS, 1);
            p.exclude();
        }
    }
}
