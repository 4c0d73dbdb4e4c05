package io.assay.metrics;

import io.assay.analytics.InMemoryMetricStore;
import io.assay.analytics.Position;
import io.assay.analytics.Scope;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

/** Every fault that the join's tests are known to notice, planted alone into otherwise sound parts. */
final class Mutants {
    record Mutant(Parts parts, Simulation.Host host, Supplier<InMemoryMetricStore> store) {}

    private Mutants() {}

    static Map<String, Mutant> all() {
        Map<String, Mutant> all = new LinkedHashMap<>();
        all.put("repeated exposures dropped", join(RepeatsDropped::new));
        all.put("horizon from the faster topic", watermarks(FasterTopic::new));
        all.put("horizon from the exposures alone", watermarks(() -> new OneTopic(Source.EXPOSURES)));
        all.put("horizon from the events alone", watermarks(() -> new OneTopic(Source.EVENTS)));
        all.put("no lateness rule", join(NoLateness::new));
        all.put("lateness bound a millisecond off", join(LateAtTheBound::new));
        all.put("no re-credit on a late exposure", join(NoRecredit::new));
        all.put("sink without the version check", new Mutant(Parts.SHIPPED, Simulation.Host.SOUND, LastWins::new));
        all.put("users kept after a failed commit", host(Simulation.Host.KEEPS_USERS));
        all.put("totals kept after a failed commit", host(Simulation.Host.KEEPS_TOTALS));
        all.put("totals not written before a commit", host(Simulation.Host.COMMITS_UNSAID));
        all.put("ties broken another way", join(TiesReversed::new));
        all.put("clean not retracted", join(CleanKept::new));
        all.put("impressions not taken back from clean", join((l, t, f) -> new ImpressionsKept(l, t, f, Scope.CLEAN)));
        all.put("impressions not taken back on exclusion", join((l, t, f) -> new ImpressionsKept(l, t, f, Scope.ALL)));
        all.put("no slack in the horizon", watermarks(NoSlack::new));
        all.put("ids forgotten at the horizon", join(IdsForgotten::new));
        all.put("exposure ids not deduplicated", join(ExposuresNotDeduplicated::new));
        all.put("entries dropped at the end", join(DroppedAtTheEnd::new));
        all.put("entries dropped at the cut", join(DroppedAtTheCut::new));
        all.put("the changed set in memory only", totals());
        all.put("goals of an erased user kept", join(GoalsKept::new));
        all.put("exposures of an erased user kept", join(ExposuresKept::new));
        all.put("the bad day of an erased user kept", join(BadDayKept::new));
        all.put("the other topic heard before its erasure", join(NeverDeaf::new));
        return all;
    }

    private static Mutant join(Parts.JoinMaker maker) {
        return mutant(new Parts(Limits.SHIPPED, Watermarks::new, Totals::new, maker));
    }

    private static Mutant watermarks(Supplier<Watermarks> watermarks) {
        return mutant(new Parts(Limits.SHIPPED, watermarks, Totals::new, AttributionJoin::new));
    }

    private static Mutant totals() {
        return mutant(new Parts(Limits.SHIPPED, Watermarks::new, ForgetfulTotals::new, AttributionJoin::new));
    }

    private static Mutant mutant(Parts parts) {
        return new Mutant(parts, Simulation.Host.SOUND, InMemoryMetricStore::new);
    }

    private static Mutant host(Simulation.Host host) {
        return new Mutant(Parts.SHIPPED, host, InMemoryMetricStore::new);
    }

    private static final class RepeatsDropped extends AttributionJoin {
        RepeatsDropped(Limits limits, Totals totals, FirstExposures firsts) {
            super(limits, totals, firsts);
        }

        @Override
        void keepRepeat(Participation p, Shown shown) {}
    }

    private static final class FasterTopic extends Watermarks {
        @Override
        long horizon() {
            return behind(Math.max(exposures, events));
        }
    }

    private static final class OneTopic extends Watermarks {
        private final Source source;

        OneTopic(Source source) {
            this.source = source;
        }

        @Override
        long horizon() {
            return behind(source == Source.EXPOSURES ? exposures : events);
        }
    }

    private static final class NoSlack extends Watermarks {
        @Override
        protected long behind(long received) {
            return received == NEVER ? NEVER : received - LATENESS;
        }
    }

    private static final class NoLateness extends AttributionJoin {
        NoLateness(Limits limits, Totals totals, FirstExposures firsts) {
            super(limits, totals, firsts);
        }

        @Override
        boolean isLate(long ts, long received) {
            return false;
        }
    }

    private static final class LateAtTheBound extends AttributionJoin {
        LateAtTheBound(Limits limits, Totals totals, FirstExposures firsts) {
            super(limits, totals, firsts);
        }

        @Override
        boolean isLate(long ts, long received) {
            return received - ts >= Watermarks.LATENESS;
        }
    }

    private static final class NoRecredit extends AttributionJoin {
        NoRecredit(Limits limits, Totals totals, FirstExposures firsts) {
            super(limits, totals, firsts);
        }

        @Override
        void recredit(UserState user, Definition e, Participation p, Credit before) {}
    }

    private static final class LastWins extends InMemoryMetricStore {
        @Override
        protected boolean isNewer(Position next, Position old) {
            return true;
        }
    }

    private static final class TiesReversed extends AttributionJoin {
        TiesReversed(Limits limits, Totals totals, FirstExposures firsts) {
            super(limits, totals, firsts);
        }

        @Override
        void addStep(Participation p, Shown shown) {
            int i = p.recentTs.lowerBound(shown.ts());
            p.recentTs.insert(i, shown.ts());
            p.recentVariant.insert(i, shown.variant());
        }
    }

    private static final class CleanKept extends AttributionJoin {
        CleanKept(Limits limits, Totals totals, FirstExposures firsts) {
            super(limits, totals, firsts);
        }

        @Override
        void takeOutOfClean(Definition e, Participation p) {}
    }

    private static final class ImpressionsKept extends AttributionJoin {
        private final Scope kept;

        ImpressionsKept(Limits limits, Totals totals, FirstExposures firsts, Scope kept) {
            super(limits, totals, firsts);
            this.kept = kept;
        }

        @Override
        long impressionsToTakeBack(Scope scope, Participation p, int variant) {
            return scope == kept ? 0 : super.impressionsToTakeBack(scope, p, variant);
        }
    }

    static final class StepsNotFolded extends AttributionJoin {
        StepsNotFolded(Limits limits, Totals totals, FirstExposures firsts) {
            super(limits, totals, firsts);
        }

        @Override
        void foldSteps(Participation p, long horizon) {}
    }

    private static final class IdsForgotten extends AttributionJoin {
        IdsForgotten(Limits limits, Totals totals, FirstExposures firsts) {
            super(limits, totals, firsts);
        }

        @Override
        long idsKeptUntil(UserState.Day day) {
            return day.start + 1;
        }
    }

    private static final class ExposuresNotDeduplicated extends AttributionJoin {
        ExposuresNotDeduplicated(Limits limits, Totals totals, FirstExposures firsts) {
            super(limits, totals, firsts);
        }

        @Override
        boolean isNewExposure(UserState.Day day, long id) {
            return true;
        }
    }

    private static final class DroppedAtTheEnd extends AttributionJoin {
        DroppedAtTheEnd(Limits limits, Totals totals, FirstExposures firsts) {
            super(limits, totals, firsts);
        }

        @Override
        long finalAt(Definition e) {
            return e.end;
        }
    }

    private static final class DroppedAtTheCut extends AttributionJoin {
        DroppedAtTheCut(Limits limits, Totals totals, FirstExposures firsts) {
            super(limits, totals, firsts);
        }

        @Override
        long finalAt(Definition e) {
            return e.cut;
        }
    }

    private static final class GoalsKept extends AttributionJoin {
        GoalsKept(Limits limits, Totals totals, FirstExposures firsts) {
            super(limits, totals, firsts);
        }

        @Override
        void forgetGoals(UserState user, Definitions.View view) {}
    }

    private static final class ExposuresKept extends AttributionJoin {
        ExposuresKept(Limits limits, Totals totals, FirstExposures firsts) {
            super(limits, totals, firsts);
        }

        @Override
        void forgetExposures(UserState user, Definitions.View view) {}
    }

    private static final class BadDayKept extends AttributionJoin {
        BadDayKept(Limits limits, Totals totals, FirstExposures firsts) {
            super(limits, totals, firsts);
        }

        @Override
        void forgetBadDay(UserState user) {}
    }

    private static final class NeverDeaf extends AttributionJoin {
        NeverDeaf(Limits limits, Totals totals, FirstExposures firsts) {
            super(limits, totals, firsts);
        }

        @Override
        boolean isDeaf(UserState user, Source source) {
            return false;
        }
    }

    private static final class ForgetfulTotals extends Totals {
        ForgetfulTotals(Table table) {
            super(table);
        }

        @Override
        void remember(byte[] changedKey) {}
    }
}
