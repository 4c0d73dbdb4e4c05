package io.assay.drill;

import java.time.Duration;
import java.util.Random;

/** Requests arrive and their answers do not: applications post again what was taken already. */
final class LostAnswers extends CountingDrill {
    LostAnswers() {
        super("lost-answers", "Posts arrive, and a third of the answers are lost on the way; all is posted again.");
    }

    @Override
    public void run(Scene scene) throws Exception {
        Pipeline pipeline = Pipeline.start(scene, 1, "alpha", "beta");
        EventTraffic traffic = pipeline.traffic();
        try (Proxy lossy = Proxy.to(pipeline.front.ingestionPort())) {
            traffic.to(lossy.port());
            Random random = new Random(3);
            for (int i = 0; i < 60; i++) {
                lossy.slow(Duration.ofSeconds(5)); // what is on its way now is late, and then gone
                scene.pause(Duration.ofMillis(50 + random.nextInt(200)));
                lossy.slow(Duration.ZERO);
                lossy.drop();
                scene.pause(Duration.ofMillis(random.nextInt(300)));
            }
            traffic.to(pipeline.front.ingestionPort());
        }
        int lost = traffic.posts().of(0).count();
        scene.report().check("answers that were lost", lost >= 100, lost, "at least 100");
        pipeline.referee.judge("in the end", traffic);
        scene.report().note(traffic.toString());
    }
}
