package io.assay.load;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** What a process has used of the processors. */
final class ProcessorTime {
    private ProcessorTime() {}

    /** Nanoseconds of all threads but the compilers', where the system tells, else of the process. */
    static long nanos(ProcessHandle process) throws IOException {
        Path threads = Path.of("/proc", Long.toString(process.pid()), "task");
        if (!Files.isDirectory(threads)) {
            return process.info().totalCpuDuration().orElseThrow().toNanos();
        }
        long nanos = 0;
        try (DirectoryStream<Path> all = Files.newDirectoryStream(threads)) {
            for (Path thread : all) {
                nanos += ofThread(thread);
            }
        }
        return nanos;
    }

    private static long ofThread(Path thread) throws IOException {
        try {
            boolean compiles = Files.readString(thread.resolve("comm")).matches("(?s)C[12] Comp.*");
            return compiles
                    ? 0
                    : Long.parseLong(
                            Files.readString(thread.resolve("schedstat")).split(" ")[0]);
        } catch (IOException e) {
            return 0; // ended meanwhile
        }
    }
}
