package io.assay.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoIT {
    @TempDir
    Path folder;

    @Test
    void theDemoEndsByItselfWithResultsThatMatchTheTruth() throws Exception {
        Path output = folder.resolve("demo.out");
        // what the environment names are another stack's servers: here nobody has it answer
        Process demo = RunningNode.launch(
                List.of(
                        "env",
                        "ASSAY_ANALYTICS_STORE=clickhouse",
                        "ASSAY_ANALYTICS_URI=http://127.0.0.1:1",
                        "ASSAY_REDIS_URI=redis://127.0.0.1:1",
                        "bin/assay",
                        "demo"),
                output);
        assertThat(demo.waitFor(10, TimeUnit.MINUTES)).isTrue();
        String text = Files.readString(output);
        assertThat(demo.exitValue()).as(text).isZero();
        assertThat(text).contains("Every event that was sent is counted once.").contains("within sampling error");
    }
}
