package io.assay.results;

import io.vertx.core.Future;
import java.util.Optional;

/** Answers that all nodes share, by their keys. It never fails: what can't be had is absent, what can't be kept is lost. */
interface AnswerCache {
    Future<Optional<Answer>> get(String key);

    Future<Void> put(Answer answer);

    /** One that keeps nothing. */
    static AnswerCache none() {
        return new AnswerCache() {
            @Override
            public Future<Optional<Answer>> get(String key) {
                return Future.succeededFuture(Optional.empty());
            }

            @Override
            public Future<Void> put(Answer answer) {
                return Future.succeededFuture();
            }
        };
    }
}
