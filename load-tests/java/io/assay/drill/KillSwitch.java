package io.assay.drill;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
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
        scene.report().atMost("degraded answers", during.degraded(), 0);
        double slowest = taken.stream().mapToDouble(t -> t).max().orElse(Double.POSITIVE_INFINITY);
        if (announced && scene.quick()) {
            scene.report().note("the short form does not show that a kill takes less than 1 s: it allows 5 s");
        }
        scene.report()
                .atMost(
                        "slowest of %d kills on all nodes and emergency lists".formatted(kills),
                        slowest,
                        bound(scene),
                        "s");
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
        List<Node> silent = new ArrayList<>(List.of(trio.owners(), trio.config()));
        scene.secondsUntil(patience, () -> {
            still.removeIf(node -> scene.isGone(node, key));
            silent.removeIf(node -> listsAsKilled(scene, node, key));
            return still.isEmpty() && silent.isEmpty();
        });
        boolean everywhere = still.isEmpty() && silent.isEmpty();
        return everywhere ? (System.nanoTime() - begun) / 1e9 : Double.POSITIVE_INFINITY;
    }

    private static boolean listsAsKilled(Scene scene, Node node, String key) {
        try {
            Api.Answer answer = new Api(node, scene.key("server")).get(node.config("/config/emergency"));
            return answer.status() == 200
                    && answer.json().getJsonArray("killed").contains(key);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
