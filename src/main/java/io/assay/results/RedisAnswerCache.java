package io.assay.results;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetClientOptions;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisOptions;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers in Redis, for a day, so that there is a last one when the store is away. Not those that are very long, a series of
 * many variants and metrics: they would take the room of what nodes need more.
 */
final class RedisAnswerCache implements AnswerCache {
    private static final Logger log = LoggerFactory.getLogger(RedisAnswerCache.class);
    private static final long KEPT_SECONDS = Duration.ofDays(1).toSeconds();
    private static final int TIMEOUT_MILLIS = 250;
    static final int MOST_CHARACTERS = 256 * 1024;

    private final Vertx vertx;
    private final Redis redis;
    private final String prefix;

    /** One whose keys start with {@code prefix}, so that installations can share a Redis. */
    RedisAnswerCache(Vertx vertx, String uri, String prefix) {
        this.vertx = vertx;
        this.prefix = prefix + ":results:2:";
        redis = Redis.createClient(
                vertx,
                new RedisOptions()
                        .setConnectionString(uri)
                        .setMaxPoolSize(2)
                        .setMaxPoolWaiting(64)
                        .setNetClientOptions(new NetClientOptions().setConnectTimeout(TIMEOUT_MILLIS)));
    }

    @Override
    public Future<Optional<Answer>> get(String key) {
        return send(Request.cmd(Command.GET).arg(prefix + key))
                .compose(found -> found == null
                        ? Future.succeededFuture(Optional.<Answer>empty())
                        : offLoop(() -> Optional.of(Answer.decode(found.toString()))))
                .recover(e -> {
                    log.debug("No answer from Redis: {}", String.valueOf(e));
                    return Future.succeededFuture(Optional.empty());
                });
    }

    @Override
    public Future<Void> put(Answer answer) {
        if (answer.characters() > MOST_CHARACTERS) {
            return Future.succeededFuture();
        }
        return offLoop(answer::encode)
                .compose(text -> send(Request.cmd(Command.SETEX)
                        .arg(prefix + answer.key())
                        .arg(KEPT_SECONDS)
                        .arg(text)))
                .<Void>mapEmpty()
                .recover(e -> {
                    log.debug("An answer is not kept in Redis: {}", String.valueOf(e));
                    return Future.succeededFuture();
                });
    }

    private <T> Future<T> offLoop(Callable<T> work) {
        return vertx.executeBlocking(work, false);
    }

    private Future<Response> send(Request request) {
        return redis.send(request).timeout(TIMEOUT_MILLIS, TimeUnit.MILLISECONDS);
    }

    Future<Void> close() {
        redis.close();
        return Future.succeededFuture();
    }
}
