package io.assay.ingestion;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import io.vertx.junit5.VertxTestContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(VertxExtension.class)
class DefinitionsCacheTest {
    private static final long GAP_MILLIS = 200;
    private static final Definitions SEEN = new Definitions(Map.of(), Map.of("k", "id"));

    private final List<Promise<Definitions>> looks = new CopyOnWriteArrayList<>();
    private volatile long secondBegun;

    private Future<Definitions> look() {
        Promise<Definitions> look = Promise.promise();
        looks.add(look);
        if (looks.size() == 2) {
            secondBegun = System.nanoTime();
        }
        return look.future();
    }

    @Test
    void everybodyWhoDoubtsSharesTheNextLook(Vertx vertx, VertxTestContext test) {
        DefinitionsCache cache = new DefinitionsCache(vertx, this::look, GAP_MILLIS);
        vertx.runOnContext(on -> {
            long asked = System.nanoTime(); // the cache counts from then on, and may need a while to begin
            Future<Definitions> first = cache.look();
            List<Future<Definitions>> later = new ArrayList<>();
            for (int i = 0; i < 1000; i++) {
                later.add(cache.look());
            }
            looks.get(0).complete(Definitions.NONE);
            first.compose(none -> {
                        assertThat(later).noneMatch(Future::isComplete);
                        vertx.setTimer(GAP_MILLIS + 50, id -> looks.get(1).complete(SEEN));
                        return Future.all(later);
                    })
                    .onComplete(test.succeeding(all -> test.verify(() -> {
                        assertThat(looks).hasSize(2);
                        assertThat(secondBegun - asked).isGreaterThanOrEqualTo((GAP_MILLIS - 2) * 1_000_000);
                        assertThat(cache.current()).isSameAs(SEEN);
                        test.completeNow();
                    })));
        });
    }

    @Test
    void aFailedLookKeepsWhatWasSeenAndTheNextOneIsAsked(Vertx vertx, VertxTestContext test) {
        DefinitionsCache cache = new DefinitionsCache(vertx, this::look, 0);
        vertx.runOnContext(on -> {
            Future<Definitions> first = cache.look();
            looks.get(0).complete(SEEN);
            Future<Definitions> second = cache.look();
            looks.get(1).fail("away");
            Future<Definitions> third = cache.look();
            looks.get(2).complete(Definitions.NONE);
            Future.join(first, second, third)
                    .onComplete(done -> test.verify(() -> {
                        assertThat(first.result()).isSameAs(SEEN);
                        assertThat(second.failed()).isTrue();
                        assertThat(third.result()).isSameAs(Definitions.NONE);
                        test.completeNow();
                    }));
        });
    }
}
