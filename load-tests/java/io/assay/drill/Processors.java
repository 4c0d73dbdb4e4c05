package io.assay.drill;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Keeps all processors busy with what gives way to everything else. One that sleeps, in a virtual machine, is woken by the host
 * in the host's own time, which is tens of milliseconds where others are on it, too: that would be timed instead of the nodes.
 */
final class Processors implements AutoCloseable {
    /** Ends with this process, even if that is killed. Its group gives way, too: a scheduler that shares among sessions asks for it. */
    private static final String SPIN = "echo 19 > /proc/self/autogroup; "
            + "while kill -0 $PPID; do i=0; while [ $i -lt 1000000 ]; do i=$((i + 1)); done; done";

    private static final int STEAL = 7;
    private static final int ALL = 8;

    private final List<Process> spinning = new ArrayList<>();

    private Processors() {}

    /** Says so if it can't. */
    static Processors keptAwake(PrintStream out) {
        Processors processors = new Processors();
        try {
            for (int i = 0; i < Runtime.getRuntime().availableProcessors(); i++) {
                processors.spinning.add(new ProcessBuilder("setsid", "chrt", "--idle", "0", "sh", "-c", SPIN)
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start());
            }
        } catch (IOException e) {
            out.println("processors may sleep, and what is timed takes longer for it: " + e.getMessage());
        }
        return processors;
    }

    /** What the host of a virtual machine gave to others, of all that the processors had; 0 where nobody tells. */
    static Share stolen() {
        try {
            long[] ticks = Arrays.stream(Files.readAllLines(Path.of("/proc/stat"))
                            .get(0)
                            .replaceAll("^cpu +", "")
                            .split(" "))
                    .mapToLong(Long::parseLong)
                    .limit(ALL)
                    .toArray();
            return new Share(ticks[STEAL], Arrays.stream(ticks).sum());
        } catch (IOException e) {
            return new Share(0, 0); // no such thing on this system
        }
    }

    /** In ticks, since the machine was started. */
    record Share(long part, long whole) {
        /** What was taken from then until now, in words. */
        String since() {
            Share now = stolen();
            return "the host took %.1f %% of the processors"
                    .formatted(100.0 * (now.part - part) / Math.max(1, now.whole - whole));
        }
    }

    @Override
    public void close() {
        spinning.forEach(Process::destroyForcibly);
    }
}
