package io.assay.metrics;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * The local copy of the join's state. It is trusted only after a clean end: what a kill leaves behind may hold more than was
 * committed, and is read back from the log of its changes instead. Kafka Streams finds that out too, but only after it has
 * begun to work, by failing.
 */
final class StateFolder {
    private static final String CLEAN = "clean-";

    /** More than what the tables of some partitions write at once, when the records in their memory become files. */
    private static final long LEAST_ROOM_MEGABYTES = 32;

    private StateFolder() {}

    /** Removes the state of tasks unless the last run ended cleanly; the name under which the broker knows this node stays. */
    static void forgetUncleanState(Path folder, String application) throws IOException {
        boolean wasClean = Files.deleteIfExists(folder.resolve(CLEAN + application));
        Path tasks = folder.resolve(application);
        if (wasClean || !Files.isDirectory(tasks)) {
            return;
        }
        List<Path> unclean;
        try (Stream<Path> entries = Files.list(tasks)) {
            unclean = entries.filter(entry -> entry.getFileName().toString().matches("[0-9]+_[0-9]+"))
                    .toList();
        }
        for (Path task : unclean) {
            delete(task);
        }
    }

    /** Says that what is there now is what was committed. */
    static void keepCleanState(Path folder, String application) throws IOException {
        Files.writeString(folder.resolve(CLEAN + application), "");
    }

    /** "" or that there is hardly any room on its disk: sooner or later commits fail then, and nothing is counted. */
    static String problem(Path folder) {
        long megabytes = folder.toFile().getUsableSpace() >> 20;
        return megabytes >= LEAST_ROOM_MEGABYTES
                ? ""
                : "the disk of the join's state is full (" + megabytes + " MB of room)";
    }

    /** Removes all of it, for good. */
    static void forget(Path folder, String application) throws IOException {
        Files.deleteIfExists(folder.resolve(CLEAN + application));
        Path tasks = folder.resolve(application);
        if (Files.isDirectory(tasks)) {
            delete(tasks);
        }
    }

    private static void delete(Path top) throws IOException {
        try (Stream<Path> entries = Files.walk(top)) {
            for (Path entry : entries.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(entry);
            }
        }
    }
}
