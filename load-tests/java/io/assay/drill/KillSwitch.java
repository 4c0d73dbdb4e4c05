package io.assay.drill;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** An owner pulls the kill switch under load, with the push, and without it. */
final class KillSwitch implements Drill {
    private static final int RATE = 300;

    private final boolean announced;

    KillSwitch(boolean announced) {
        this.announced = announced;
    }

    @Override
    public String name() {
        return announced ? "kill-switch" : "kill-switch-polled";
    }

    @Override
    public String sentence() {
        return announced
                ? "Experiments are killed under load; every node leaves them out within a second."
                : "The same with the push switched off; every node leaves them out within ten seconds.";
    }

    @Override
    public boolean isQuick() {
        return announced;
    }

    @Override
    public void run(Scene scene) throws Exception {
        JsonObject push = new JsonObject().put("announce", announced);
        Trio trio = Trio.start(
                scene,
                specs -> specs.forEach(spec -> spec.with("cluster", push).optimised = announced && !scene.quick()));
        List<String> ids = new ArrayList<>();
        int kills = scene.quick() ? 3 : 10;
        for (int i = 0; i < kills; i++) {
            ids.add(scene.publish("doomed_" + i));
        }
        for (int i = 0; i < kills; i++) {
            if (scene.secondsUntilShown("doomed_" + i, trio.all(), Duration.ofSeconds(15)) > 15) {
                throw new IOException("doomed_" + i + " never showed");
            }
        }
        Traffic traffic = scene.traffic(RATE, trio.all());
        Duration patience = Duration.ofSeconds(30);
        List<Double> taken = new ArrayList<>();
        long begun = traffic.mark();
        for (int i = 0; i < kills; i++) {
            taken.add(secondsUntilGone(scene, trio, ids.get(i), "doomed_" + i, patience));
        }
        Answers during = traffic.since(begun);
        scene.report().note("meanwhile: " + during);
        scene.report()
                .note("seconds: "
                        + taken.stream()
                                .map(t -> String.format(Locale.ROOT, "%.3f", t))
                                .toList());
        scene.report().atMost("answers other than 200", during.not200(), 0);
        double slowest = taken.stream().mapToDouble(t -> t).max().orElse(Double.POSITIVE_INFINITY);
        scene.report().atMost("slowest of %d kills on all nodes".formatted(kills), slowest, bound(scene), "s");
    }

    /** The short form is for machines that are busy with other tests, too. */
    private double bound(Scene scene) {
        return !announced ? 10 : scene.quick() ? 5 : 1;
    }

    /** From when the owner asks for it. */
    private static double secondsUntilGone(Scene scene, Trio trio, String id, String key, Duration patience)
            throws IOException {
        long begun = System.nanoTime();
        scene.api(trio.owners()).expect(200, "POST", "/experiments/" + id + "/kill", "");
        List<Node> still = new ArrayList<>(trio.all());
        scene.secondsUntil(patience, () -> {
            still.removeIf(node -> !scene.isShown(node, key));
            return still.isEmpty();
        });
        return still.isEmpty() ? (System.nanoTime() - begun) / 1e9 : Double.POSITIVE_INFINITY;
    }
}
