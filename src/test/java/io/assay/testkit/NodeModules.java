package io.assay.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.TimeUnit;

/** The npm packages of a folder, as its lockfile has them. */
public final class NodeModules {
    private static final long PATIENCE_SECONDS = 300;

    private NodeModules() {}

    /** The folder's node_modules; installed if they are not there or older than the lockfile, by one test process at a time. */
    public static Path of(String folder) {
        Path home = Path.of(folder).toAbsolutePath();
        Path modules = home.resolve("node_modules");
        try (FileChannel file = FileChannel.open(lock(folder), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock held = file.lock()) {
            Path installed = modules.resolve(".package-lock.json");
            if (!Files.exists(installed)
                    || Files.getLastModifiedTime(installed)
                                    .compareTo(Files.getLastModifiedTime(home.resolve("package-lock.json")))
                            < 0) {
                install(home);
            }
            return modules;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static Path lock(String folder) throws IOException {
        Path target = Files.createDirectories(Path.of("target"));
        return target.resolve("npm-" + folder.replace('/', '-') + ".lock");
    }

    private static void install(Path home) throws IOException, InterruptedException {
        Path log = Files.createTempFile("npm-", ".log");
        Process npm = new ProcessBuilder("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund")
                .directory(home.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        if (!npm.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            npm.destroyForcibly();
        }
        if (npm.waitFor() != 0) {
            throw new AssertionError("npm ci in " + home + ":\n" + Files.readString(log));
        }
        Files.delete(log);
    }
}
