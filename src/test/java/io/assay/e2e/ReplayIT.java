package io.assay.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A finished experiment of known sums, replayed in every way: the results are those sums each time. */
class ReplayIT {
    private static final int ROWS = 12_000;
    private static final List<String> ARMS = List.of("No E-Mail", "Mens E-Mail", "Womens E-Mail");

    @TempDir
    static Path folder;

    private static RunningNode node;
    private static Path file;
    private static List<String> known;

    @BeforeAll
    static void starts() throws Exception {
        file = folder.resolve("outcomes.csv");
        known = generate(file);
        node = RunningNode.start(folder.resolve("data"));
    }

    @AfterAll
    static void stops() {
        node.close();
    }

    @Test
    void theResultsAreTheFilesSumsThroughShufflesDuplicatesAndAKill() throws Exception {
        Path first = folder.resolve("first.out");
        Process replay = replay(first, "--shuffle", "7", "--duplicate", "30");
        awaitOutput(first, replay, "[######");
        node.killAndStartAgain();
        assertThat(replay.waitFor(6, TimeUnit.MINUTES)).isTrue();
        assertThat(replay.exitValue()).as(Files.readString(first)).isZero();
        assertShowsTheKnownSums(first);

        Path again = folder.resolve("again.out");
        Process second = replay(again);
        assertThat(second.waitFor(6, TimeUnit.MINUTES)).isTrue();
        assertShowsTheKnownSums(again);

        assertThat(command("audit", "hillstrom_email")).contains("is what the query over the raw log gives");
        assertThat(command("rebuild")).contains("Experiments that are the same: 1", "Generation 2 is served now.");
        assertThat(command("audit", "hillstrom_email")).contains("is what the query over the raw log gives");
        assertThat(node.stop()).isIn(0, 143);
    }

    private static String command(String... words) throws Exception {
        Path output = Files.createTempFile(folder, words[0], ".out");
        Process command = node.command(output, words);
        assertThat(command.waitFor(6, TimeUnit.MINUTES)).isTrue();
        assertThat(command.exitValue()).as(Files.readString(output)).isZero();
        return Files.readString(output);
    }

    private static Process replay(Path output, String... options) {
        List<String> words = new ArrayList<>(List.of("replay", "--map", "conf/replay/hillstrom.json"));
        words.addAll(List.of(options));
        words.add(file.toString());
        return node.command(output, words.toArray(String[]::new));
    }

    private static void awaitOutput(Path output, Process process, String text) throws Exception {
        while (!Files.exists(output) || !Files.readString(output).contains(text)) {
            assertThat(process.waitFor(20, TimeUnit.MILLISECONDS))
                    .as("the replay is over before the kill")
                    .isFalse();
        }
    }

    /** Both scopes show a line per arm with exactly these numbers. */
    private static void assertShowsTheKnownSums(Path output) throws Exception {
        List<String> lines = Files.readAllLines(output).stream()
                .map(line -> line.replaceAll(" {2,}", "|"))
                .toList();
        for (String line : known) {
            assertThat(lines.stream().filter(line::equals))
                    .as(line + " in\n" + Files.readString(output))
                    .hasSize(2);
        }
    }

    private static List<String> generate(Path file) throws Exception {
        SplittableRandom random = new SplittableRandom(1);
        StringBuilder csv = new StringBuilder("segment,visit,conversion,spend\n");
        long[] users = new long[3];
        long[] visits = new long[3];
        long[] conversions = new long[3];
        long[] cents = new long[3];
        for (int row = 0; row < ROWS; row++) {
            int arm = random.nextInt(3);
            boolean visit = random.nextInt(100) < 15 + arm;
            boolean bought = visit && random.nextInt(100) < 10;
            int spent = bought ? 1 + random.nextInt(49_999) : 0;
            users[arm]++;
            visits[arm] += visit ? 1 : 0;
            conversions[arm] += bought ? 1 : 0;
            cents[arm] += spent;
            csv.append(String.format(
                    Locale.ROOT,
                    "%s,%d,%d,%d.%02d%n",
                    ARMS.get(arm),
                    visit ? 1 : 0,
                    bought ? 1 : 0,
                    spent / 100,
                    spent % 100));
        }
        Files.writeString(file, csv);
        List<String> lines = new ArrayList<>();
        for (int a = 0; a < 3; a++) {
            lines.add(String.format(
                    Locale.ROOT,
                    "%s|%,d|%,d|%.6f|%,d|%.6f|%,d|%,.2f|%.6f",
                    ARMS.get(a),
                    users[a],
                    visits[a],
                    (double) visits[a] / users[a],
                    conversions[a],
                    (double) conversions[a] / users[a],
                    conversions[a],
                    cents[a] / 100.0,
                    cents[a] / 100.0 / users[a]));
        }
        return lines;
    }
}
