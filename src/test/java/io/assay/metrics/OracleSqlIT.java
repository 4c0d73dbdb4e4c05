package io.assay.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.assay.embedded.SharedServers;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** The brute force that the join is held to, against the published query: two readings of the same definitions. */
class OracleSqlIT {
    private static final int HISTORIES = 300;

    @Test
    void theQueryGivesTheSameAsTheDefinitionsTakenWordByWord() throws SQLException {
        int credited = 0;
        try (var connection = SharedServers.connect(SharedServers.newDatabase())) {
            var oracle = new OracleSql(connection);
            for (int seed = 0; seed < HISTORIES; seed++) {
                var history = new History(seed);
                for (int p = 0; p < history.partitions; p++) {
                    var prefix = prefix(history, p);
                    var expected = results(new BruteForce(history, prefix).totals);
                    assertThat(oracle.run(history, prefix)).as("seed %d", seed).isEqualTo(expected);
                    credited += expected.toString().contains("/m0=1 ") ? 1 : 0;
                }
            }
        }
        assertThat(credited).isGreaterThan(HISTORIES / 10);
    }

    /** Some of each topic, from the beginning. */
    private static List<LogRecord> prefix(History history, int partition) {
        List<LogRecord> prefix = new ArrayList<>();
        for (var source : Source.values()) {
            var log = history.records.stream()
                    .filter(r -> r.source() == source && r.partition() == partition)
                    .toList();
            boolean isWhole = history.random.nextInt(3) > 0;
            prefix.addAll(log.subList(0, isWhole ? log.size() : history.random.nextInt(log.size() + 1)));
        }
        return prefix;
    }

    /** The query says nothing of quality, nor of variants without a user. */
    private static Map<String, String> results(Map<String, String> totals) {
        Map<String, String> results = new TreeMap<>(totals);
        results.keySet().removeIf(key -> !key.contains("/all/") && !key.contains("/clean/"));
        results.values().removeIf(value -> value.equals("0 users 0 times") || value.equals("0 0 0 0"));
        return results;
    }
}
