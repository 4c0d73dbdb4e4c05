package io.assay.metrics;

import io.assay.analytics.Scope;
import io.assay.metrics.Totals.Quality;
import java.math.BigInteger;

/** What one user adds to the totals of an experiment, in both scopes: put in, moved and taken out again. */
abstract class Contribution {
    final Totals totals;
    final FirstExposures firsts;

    Contribution(Totals totals, FirstExposures firsts) {
        this.totals = totals;
        this.firsts = firsts;
    }

    /** Takes all of a user in an experiment out of its totals. */
    final void retract(Definition e, Participation p) {
        if (p.excluded) {
            totals.count(e, Quality.EXCLUDED_USERS, -1);
        } else if (p.variants() == 1) {
            takeOutOfClean(e, p);
        } else if (p.variants() > 1) {
            totals.count(e, Quality.MULTIPLE_EXPOSURES, -1);
        }
        takeOut(e, Scope.ALL, p);
        if (p.firstVariant != Participation.NONE) {
            firsts.isNone(e);
        }
    }

    void takeOutOfClean(Definition e, Participation p) {
        takeOut(e, Scope.CLEAN, p);
    }

    private void takeOut(Definition e, Scope scope, Participation p) {
        for (int variant = 0; variant < e.variants.size(); variant++) {
            if (p.hasSeen(variant)) {
                totals.addUsers(e, scope, variant, Tally.of(-1, -impressionsToTakeBack(scope, p, variant)));
            }
        }
        for (int cell = 0; cell < p.events.length; cell++) {
            if (p.events[cell] != 0) {
                var delta = change(p.events[cell], p.sums[cell], 0, 0);
                totals.addCredits(e, scope, cell / e.metrics.size(), cell % e.metrics.size(), delta);
            }
        }
    }

    long impressionsToTakeBack(Scope scope, Participation p, int variant) {
        return p.impressions[variant];
    }

    final void addUsers(Definition e, Participation p, int variant, Tally delta) {
        totals.addUsers(e, Scope.ALL, variant, delta);
        if (p.variants() == 1) {
            totals.addUsers(e, Scope.CLEAN, variant, delta);
        }
    }

    /** Moves the user's totals, and with them everybody's, by the difference of two credits. */
    final void move(Definition e, Participation p, Credit now, Credit before) {
        for (int cell = 0; cell < now.cells(); cell++) {
            long events = now.events(cell) - before.events(cell);
            long sum = now.sum(cell) - before.sum(cell);
            if (events == 0 && sum == 0) {
                continue;
            }
            p.grow(now.cells());
            var delta = change(p.events[cell], p.sums[cell], p.events[cell] + events, p.sums[cell] + sum);
            p.events[cell] += events;
            p.sums[cell] += sum;
            totals.addCredits(e, Scope.ALL, cell / e.metrics.size(), cell % e.metrics.size(), delta);
            if (p.variants() == 1) {
                totals.addCredits(e, Scope.CLEAN, cell / e.metrics.size(), cell % e.metrics.size(), delta);
            }
        }
    }

    /** What everybody's totals change by when one user's go from (n, x) to (m, y). */
    private static Tally change(long n, long x, long m, long y) {
        return new Tally(
                (m > 0 ? 1 : 0) - (n > 0 ? 1 : 0),
                m - n,
                BigInteger.valueOf(y - x),
                BigInteger.valueOf(y - x).multiply(BigInteger.valueOf(y + x)));
    }
}
