package io.assay.drill;

import java.time.Duration;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Changes under load, and how long each takes to show on all nodes. */
final class ChangeVisible implements Drill {
    private static final String KEY = "changing";
    private static final double TOLD_SECONDS = 0.5;
    private static final int RATE = 100;
    private static final int WARM_UP = 10;
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    @Override
    public String name() {
        return "change-visible";
    }

    @Override
    public String sentence() {
        return "An experiment is paused and resumed again and again; each change shows on three nodes within a second.";
    }

    @Override
    public boolean isQuick() {
        return false; // kill-switch goes the same way
    }

    @Override
    public void run(Scene scene) throws Exception {
        Trio trio = Trio.start(scene, specs -> specs.forEach(spec -> spec.optimised = !scene.quick()));
        String id = scene.publish(KEY);
        scene.secondsUntilShown(KEY, trio.all(), PATIENCE);
        Traffic traffic = scene.traffic(RATE, trio.all());
        for (int i = 0; i < WARM_UP; i++) {
            change(scene, trio, id, i % 2 == 1);
        }
        int changes = scene.quick() ? 30 : 200;
        double[] seconds = new double[changes];
        long begun = traffic.mark();
        for (int i = 0; i < changes; i++) {
            seconds[i] = change(scene, trio, id, i % 2 == 1);
        }
        Answers during = traffic.since(begun);
        scene.report().note("meanwhile: " + during);
        Arrays.sort(seconds);
        scene.report()
                .note(String.format(
                        Locale.ROOT,
                        "%d changes: p50 %.3f s, p99 %.3f s, slowest %.3f s",
                        changes,
                        at(seconds, 0.5),
                        at(seconds, 0.99),
                        at(seconds, 1)));
        scene.report().atMost("p99 of %d changes".formatted(changes), at(seconds, 0.99), scene.quick() ? 5 : 1, "s");
        scene.report().atMost("answers other than 200", during.not200(), 0);
        scene.report().atMost("degraded answers", during.degraded(), 0);
    }

    /** From when the owner asks for it until the last node shows it. */
    private static double change(Scene scene, Trio trio, String id, boolean shown) throws Exception {
        long begun = System.nanoTime();
        String status = shown ? "active" : "paused";
        LocalTime asked = LocalTime.now();
        scene.api(trio.owners()).expect(200, "PATCH", "/experiments/" + id, "{\"status\":\"" + status + "\"}");
        StringBuilder course = new StringBuilder("a slow change, asked for at %s; answered after %.3f s"
                .formatted(asked, (System.nanoTime() - begun) / 1e9));
        List<Node> missing = new ArrayList<>(trio.all());
        scene.secondsUntil(PATIENCE, () -> {
            missing.removeIf(node -> {
                boolean there = shown ? scene.isShown(node, KEY) : scene.isGone(node, KEY);
                if (there) {
                    course.append(", on %s after %.3f s".formatted(node, (System.nanoTime() - begun) / 1e9));
                }
                return there;
            });
            return missing.isEmpty();
        });
        double seconds = (System.nanoTime() - begun) / 1e9;
        if (seconds > TOLD_SECONDS) {
            scene.report().note(course.toString()); // the nodes' logs say which source brought it, and when
        }
        return missing.isEmpty() ? seconds : Double.POSITIVE_INFINITY;
    }

    private static double at(double[] sorted, double part) {
        return sorted[Math.max(0, (int) Math.ceil(part * sorted.length) - 1)];
    }
}
