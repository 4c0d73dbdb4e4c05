package io.assay.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.assay.protocol.EventCodec;
import io.assay.protocol.Exposure;
import io.assay.protocol.Goal;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The tests of the join can fail: each known fault, planted alone, shows within some thousands of histories. */
class MutantsTest {
    private static final int HISTORIES = 2_000;

    @TestFactory
    Stream<DynamicTest> eachFaultShows() {
        return Mutants.all().entrySet().stream()
                .map(entry ->
                        DynamicTest.dynamicTest(entry.getKey(), () -> assertThat(firstSeedThatNotices(entry.getValue()))
                                .as("the first history that notices it")
                                .isLessThan(HISTORIES)));
    }

    @Test
    void stateStaysSmallBecauseStepsAreFolded() {
        assertThat(bytesAfterNinetyDays(Parts.SHIPPED)).isLessThan(8_192);
        var unfolded = new Parts(Limits.SHIPPED, Watermarks::new, Totals::new, Mutants.StepsNotFolded::new);
        assertThat(bytesAfterNinetyDays(unfolded)).isGreaterThan(8_192);
    }

    private static int firstSeedThatNotices(Mutants.Mutant mutant) {
        for (int seed = 0; seed < HISTORIES; seed++) {
            var simulation = new Simulation(
                    new History(seed),
                    mutant.parts(),
                    mutant.host(),
                    mutant.store().get());
            if (!simulation.play().isEmpty()) {
                return seed;
            }
        }
        return HISTORIES;
    }

    /** A user who is shown a variant every hour, in turn one and the other, and buys something every day. */
    private static int bytesAfterNinetyDays(Parts parts) {
        var e = new Definition(
                "exp",
                List.of("a", "b"),
                List.of(new Definition.Metric("m", Hash64.of("buy"), Definition.Metric.NO_WINDOW)),
                History.T0,
                Definition.OPEN);
        var users = new MemoryTable();
        var partition = new Partition(users, new MemoryTable(), Fakes.definitions(e), Fakes.outbox(), parts);
        for (int hour = 0; hour < 90 * 24; hour++) {
            long now = History.T0 + hour * History.HOUR;
            var exposure = new Exposure("x" + hour, "u", "exp", hour % 2 == 0 ? "a" : "b", now);
            partition.accept(Source.EXPOSURES, hour, EventCodec.key("u"), EventCodec.encode(exposure), now);
            var goal = new Goal("g" + hour, "u", "buy", 1, now, null);
            partition.accept(Source.EVENTS, hour, EventCodec.key("u"), EventCodec.encode(goal), now);
        }
        return users.longest();
    }
}
