package io.assay.metrics;

/** What some of a user's goals are worth to the variants of one experiment: events and sums per variant and metric. */
final class Credit {
    private final long[] events;
    private final long[] sums;
    private final Definition e;

    Credit(Definition e) {
        this.e = e;
        this.events = new long[e.variants.size() * e.metrics.size()];
        this.sums = new long[events.length];
    }

    /** All that was credited to this user until now. */
    Credit of(Participation p) {
        System.arraycopy(p.events, 0, events, 0, p.events.length);
        System.arraycopy(p.sums, 0, sums, 0, p.sums.length);
        return this;
    }

    int cells() {
        return events.length;
    }

    long events(int cell) {
        return events[cell];
    }

    long sum(int cell) {
        return sums[cell];
    }

    /**
     * Credits the goals of these numbers. Each belongs to the step that holds at its time: the last one that begins no
     * later, in order of time, then variant. Runs of one variant are one step that begins with the first of them.
     */
    Credit add(Participation p, UserState user, int fromGoal, int toGoal) {
        int variant = p.foldedVariant;
        long from = p.foldedFrom;
        int next = 0;
        for (int goal = fromGoal; goal < toGoal; goal++) {
            long ts = user.goalTs.get(goal);
            for (; next < p.recentTs.size() && p.recentTs.get(next) <= ts; next++) {
                if (p.recentVariant.get(next) != variant) {
                    variant = (int) p.recentVariant.get(next);
                    from = p.recentTs.get(next);
                }
            }
            if (variant != Participation.NONE) {
                add(variant, from, ts, user.goalEvent.get(goal), user.goalValue.get(goal));
            }
        }
        return this;
    }

    private void add(int variant, long from, long ts, long event, long value) {
        for (int m = 0; m < e.metrics.size(); m++) {
            var metric = e.metrics.get(m);
            boolean counts =
                    metric.event() == event && (metric.hasWindow() ? ts < from + metric.windowMillis() : ts < e.end);
            if (counts) {
                events[variant * e.metrics.size() + m]++;
                sums[variant * e.metrics.size() + m] += value;
            }
        }
    }
}
