package io.assay.drill;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The file system of the worker's state is full for a while. Where nobody may mount one, the drill is left out. */
final class DiskFull extends CountingDrill {
    private static final int MEGABYTES = 96;
    private static final Duration FULL = Duration.ofSeconds(30);
    private static final Duration SOON = Duration.ofSeconds(10);

    /** Until the records in memory are so many that they become files. */
    private static final Duration WRITTEN = Duration.ofSeconds(180);

    /** What the readiness check says, at once and when threads can't write. */
    private static final String FOREBODING = "the disk of the join's state is full";

    private static final String LOUD = "threads of the join failed";

    DiskFull() {
        super(
                "disk-full",
                "The file system of the join's state is full for 30 s and more: it says so, and is exact afterwards.");
    }

    @Override
    public void run(Scene scene) throws Exception {
        Path small = Files.createDirectories(scene.folder().resolveSibling("small-disk"))
                .toAbsolutePath();
        succeeds("umount", "-l", small.toString()); // what an interrupted run left
        if (!succeeds("mount", "-t", "tmpfs", "-o", "size=" + MEGABYTES + "m", "tmpfs", small.toString())) {
            scene.leaveOut("no file system can be mounted here");
            return;
        }
        scene.closeAtLast(() -> succeeds("umount", "-l", small.toString()));
        run(scene, small);
    }

    private static void run(Scene scene, Path small) throws Exception {
        Pipeline pipeline = Pipeline.start(scene, 0, "alpha", "beta");
        NodeSpec spec = Pipeline.worker(scene, 0);
        spec.conf.put("data", small.toString());
        Node worker = spec.start();
        EventTraffic traffic = pipeline.traffic(100, new Behaviour(1, pipeline.trials, 20_000));
        scene.allow(
                "ERROR (Restarts|KafkaStreams|.*Exception|StreamThread|TaskManager|RocksDB|.*Store.*|ProcessorStateManager)");
        scene.allow("Exception in thread .*StreamThread");
        pipeline.awaitCounts();
        Path ballast = small.resolve("ballast");
        fill(ballast);
        scene.report().note("full, with %,d bytes of ballast".formatted(Files.size(ballast)));
        double foreboding = scene.secondsUntil(SOON, () -> says(worker, FOREBODING));
        scene.report().atMost("it says so after", foreboding, SOON.toSeconds(), "s");
        double loud = scene.secondsUntil(WRITTEN, () -> says(worker, LOUD));
        scene.report().atMost("a write fails, and it says so, after", loud, WRITTEN.toSeconds(), "s");
        scene.report().note("it says: " + worker.problem("metrics"));
        scene.pause(FULL);
        scene.report().check("it still says so", says(worker, LOUD), worker.problem("metrics"), LOUD);
        scene.report().check("the worker lives", worker.isAlive(), worker.isAlive(), "true");
        pipeline.referee.judgeCommitted("full");
        Files.delete(ballast);
        pipeline.referee.judge("in the end", traffic);
        scene.report().note(traffic.toString());
    }

    private static boolean says(Node worker, String what) {
        return worker.problem("metrics").contains(what);
    }

    private static void fill(Path ballast) throws IOException {
        byte[] block = new byte[4_096];
        try (OutputStream out = Files.newOutputStream(ballast)) {
            while (true) {
                out.write(block);
            }
        } catch (IOException full) {
            // that was the purpose
        }
    }

    private static boolean succeeds(String... command) {
        try {
            Process process = new ProcessBuilder(List.of(command))
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return process.waitFor(10, TimeUnit.SECONDS) && process.exitValue() == 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
