package io.assay;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code bin/assay} says of itself; nothing is built or started for it. */
class LauncherTest {
    private record Ended(int code, String out, String err) {}

    @ParameterizedTest
    @ValueSource(
            strings = {"", "help", "--help", "up --help", "replay -h", "drill postgres-down --help", "test --help"})
    void usageIsToldWhereverItIsAskedFor(String words) throws Exception {
        Ended ended = run(words);

        assertThat(ended.code()).isZero();
        assertThat(ended.out()).contains("bin/assay up ", "bin/assay demo ", "bin/assay replay ", "bin/assay test ");
        assertThat(ended.err()).isEmpty();
    }

    @Test
    void anUnknownCommandIsNamed() throws Exception {
        Ended ended = run("serve");

        assertThat(ended.code()).isEqualTo(1);
        assertThat(ended.out()).isEmpty();
        assertThat(ended.err()).contains("bin/assay up ").endsWith("assay: unknown command: serve\n");
    }

    private static Ended run(String words) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("bin/assay"));
        if (!words.isEmpty()) {
            command.addAll(List.of(words.split(" ")));
        }
        Process process = new ProcessBuilder(command).start();
        // both fit into their pipes
        int code = process.waitFor();
        return new Ended(
                code,
                new String(process.getInputStream().readAllBytes(), UTF_8),
                new String(process.getErrorStream().readAllBytes(), UTF_8));
    }
}
