package io.assay.drill;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** The drills of {@code bin/assay drill --quick}, each a test. */
class QuickDrillsIT {
    private static final Runner RUNNER = new Runner(true, System.out);

    @AfterAll
    static void stop() {
        RUNNER.close();
    }

    @TestFactory
    Stream<DynamicTest> everyQuickDrillPasses() {
        return Drills.all().stream()
                .filter(Drill::isQuick)
                .map(drill -> DynamicTest.dynamicTest(
                        drill.name(),
                        () -> assertThat(RUNNER.run(drill).checks()).allMatch(Report.Check::passed)));
    }
}
