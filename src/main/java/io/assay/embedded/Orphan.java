package io.assay.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A server process that outlived the run which started it. It is ours only if its executable lies in our own data folder:
 * the number in a stale pid file may meanwhile belong to anybody.
 */
final class Orphan {
    private static final long PATIENCE_SECONDS = 15;

    private Orphan() {}

    /** Ends the process named in the first line of a pid file if it runs an executable of the folder. */
    static void stop(Path pidFile, Path dir, String signal) throws IOException {
        Optional<ProcessHandle> process = running(pidFile, dir);
        if (process.isPresent()) {
            end(process.get(), signal);
        }
        Files.deleteIfExists(pidFile);
    }

    static Optional<ProcessHandle> running(Path pidFile, Path dir) throws IOException {
        if (!Files.exists(pidFile)) {
            return Optional.empty();
        }
        String pid = Files.readString(pidFile).lines().findFirst().orElse("").strip();
        if (!pid.matches("[1-9][0-9]{0,9}")) {
            return Optional.empty();
        }
        return ProcessHandle.of(Long.parseLong(pid))
                .filter(p ->
                        p.info().command().filter(c -> c.startsWith(dir + "/")).isPresent());
    }

    /** Sends the signal, waits, and kills what does not go; both servers recover from that by themselves. */
    static void end(ProcessHandle process, String signal) throws IOException {
        // the shell's own kill: small images have no program of that name
        new ProcessBuilder("sh", "-c", "kill -" + signal + " " + process.pid()).start();
        if (!gone(process)) {
            process.destroyForcibly();
            if (!gone(process)) {
                throw new IOException("process " + process.pid() + " of an earlier run does not end");
            }
        }
    }

    private static boolean gone(ProcessHandle process) {
        CompletableFuture<ProcessHandle> exit = process.onExit();
        try {
            exit.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            return true;
        } catch (TimeoutException | ExecutionException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
