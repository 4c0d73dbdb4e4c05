package io.assay.sdk;

import static org.assertj.core.api.Assertions.assertThat;

import io.assay.testkit.NodeModules;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The tests of what is written in JavaScript, run in Node as their own packages run them. */
class NodeIT {
    private static final long PATIENCE_SECONDS = 300;

    @TempDir
    Path scratch;

    @ParameterizedTest
    @ValueSource(strings = {"sdk/js", "sdk/openfeature/js"})
    void thePackagePassesItsTests(String folder) throws IOException, InterruptedException {
        if (!Files.readString(Path.of(folder, "package.json")).contains("\"test\"")) {
            return;
        }
        NodeModules.of(folder);
        Path output = scratch.resolve("output");
        Process node = new ProcessBuilder("npm", "test", "--silent")
                .directory(Path.of(folder).toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            assertThat(node.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS))
                    .withFailMessage(() -> "not done in time:\n" + text(output))
                    .isTrue();
        } finally {
            node.descendants().forEach(ProcessHandle::destroyForcibly);
            node.destroyForcibly();
        }
        assertThat(node.exitValue())
                .withFailMessage(() -> folder + ":\n" + text(output))
                .isZero();
        assertThat(text(output)).containsPattern("(?m)^# pass [1-9]");
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return e.toString();
        }
    }
}
