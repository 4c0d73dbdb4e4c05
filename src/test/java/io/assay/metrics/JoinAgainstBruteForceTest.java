package io.assay.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.assay.analytics.InMemoryMetricStore;
import org.junit.jupiter.api.Test;

/** The join, fed in any order and killed at any time, against the definitions taken word by word. */
class JoinAgainstBruteForceTest {
    private static final int HISTORIES = 4_000;

    @Test
    void everyCommitHoldsWhatTheDefinitionsGiveForItsPrefixOfTheLog() {
        int commits = 0;
        int kills = 0;
        for (int seed = 0; seed < HISTORIES; seed++) {
            var simulation =
                    new Simulation(new History(seed), Parts.SHIPPED, Simulation.Host.SOUND, new InMemoryMetricStore());
            assertThat(simulation.play()).as("seed %d", seed).isEmpty();
            commits += simulation.commits;
            kills += simulation.kills;
        }
        assertThat(commits).isGreaterThan(10 * HISTORIES);
        assertThat(kills).isGreaterThan(3 * HISTORIES);
    }
}
