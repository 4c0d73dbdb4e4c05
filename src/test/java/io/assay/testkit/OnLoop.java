package io.assay.testkit;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.function.Supplier;

/** Runs what asks by Vert.x' client on one event loop: a handler that another thread adds may miss an answer that is quick. */
public final class OnLoop {
    private OnLoop() {}

    /** What the asking gives, which begins and goes on there. */
    public static <T> Future<T> of(Vertx vertx, Supplier<Future<T>> asking) {
        return Future.future(done -> vertx.runOnContext(now -> asking.get().onComplete(done)));
    }
}
