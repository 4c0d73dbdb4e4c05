package io.assay.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RedisServerTest {
    @TempDir
    Path dir;

    @Test
    void aProgramThatSomebodyStillHasOpenIsStartedWhenItIsNot() throws Exception {
        Path program = Files.copy(Path.of("/bin/true"), dir.resolve("program"));
        FileOutputStream open = new FileOutputStream(program.toFile(), true);
        CompletableFuture<Process> started = CompletableFuture.supplyAsync(() -> launch(program));
        assertThat(CompletableFuture.supplyAsync(
                                started::isDone, CompletableFuture.delayedExecutor(200, TimeUnit.MILLISECONDS))
                        .join())
                .isFalse();

        open.close();

        assertThat(started.get(30, TimeUnit.SECONDS).waitFor()).isZero();
    }

    private static Process launch(Path program) {
        try {
            return RedisServer.launch(new ProcessBuilder(program.toString()));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
