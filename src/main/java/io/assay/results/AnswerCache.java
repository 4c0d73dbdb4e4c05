package io.assay.results;

import io.vertx.core.Future;
import java.util.Optional;

/** Answers that all nodes share. It never fails: what can't be had is absent, what can't be kept is lost. */
interface AnswerCache {
    Future<Optional<Answer>> get(String experimentId);

    Future<Void> put(Answer answer);
}
