package io.assay.snapshot;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetClientOptions;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.RedisOptions;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The copy in Redis: one hash per document, written only by a script that compares versions first. */
final class RedisSource implements DocumentSource {
    static final String NAME = "redis";
    private static final int TIMEOUT_MILLIS = 1_000;
    private static final Head NOTHING = new Head(-1, null);

    /** Sets if newer than what is whole, or in place of exactly what the caller found to be broken. */
    private static final String SET_IF_NEWER =
            """
            if redis.call('TYPE', KEYS[1]).ok ~= 'hash' then redis.call('DEL', KEYS[1]) end
            local there = redis.call('HMGET', KEYS[1], 'version', 'sha256')
            local whole = there[1] and there[2] and #there[1] <= 15 and there[1]:match('^%d+$') and #there[2] == 64
            local version = whole and tonumber(there[1]) or -1
            local broken = ARGV[4] ~= '' and version == tonumber(ARGV[4]) and there[2] == ARGV[5]
            if version >= tonumber(ARGV[1]) and not broken then return 0 end
            redis.call('HSET', KEYS[1], 'version', ARGV[1], 'sha256', ARGV[2], 'body', ARGV[3])
            return 1
            """;

    private final Vertx vertx;
    private final RedisOptions options;
    private final String prefix;
    private final long intervalMillis;
    private final AtomicReference<Redis> redis;

    RedisSource(Vertx vertx, String uri, String prefix, long intervalMillis) {
        this.prefix = prefix + ":document:";
        this.vertx = vertx;
        this.intervalMillis = intervalMillis;
        options = new RedisOptions()
                .setConnectionString(uri)
                .setMaxPoolSize(2)
                .setMaxPoolWaiting(8)
                .setNetClientOptions(new NetClientOptions()
                        .setConnectTimeout(TIMEOUT_MILLIS)
                        .setTcpKeepAlive(true)
                        .setTcpNoDelay(true));
        redis = new AtomicReference<>(Redis.createClient(vertx, options));
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public long intervalMillis() {
        return intervalMillis;
    }

    @Override
    public boolean isWritable() {
        return true;
    }

    @Override
    public Future<Map<Kind, Head>> heads() {
        return inTime(
                used -> used.connect().compose(connection -> heads(connection).eventually(() -> connection.close())));
    }

    /** Of one connection, which is asked for all of them before it answers; a key of one kind spoils no other. */
    private Future<Map<Kind, Head>> heads(RedisConnection connection) {
        Map<Kind, Head> heads = new EnumMap<>(Kind.class);
        return Future.join(Stream.of(Kind.values())
                        .map(kind -> connection
                                .send(Request.cmd(Command.HMGET)
                                        .arg(prefix + kind.text())
                                        .arg("version")
                                        .arg("sha256"))
                                .map(answer -> answer.get(0) == null ? NOTHING : head(answer))
                                .recover(e ->
                                        isNoHash(e) ? Future.succeededFuture(Head.UNREADABLE) : Future.failedFuture(e))
                                .onSuccess(head -> {
                                    if (!head.equals(NOTHING)) {
                                        heads.put(kind, head);
                                    }
                                }))
                        .toList())
                .map(heads);
    }

    private static boolean isNoHash(Throwable e) {
        return String.valueOf(e.getMessage()).startsWith("WRONGTYPE");
    }

    @Override
    public Future<Document> read(Kind kind) {
        Request request = Request.cmd(Command.HMGET)
                .arg(prefix + kind.text())
                .arg("version")
                .arg("sha256")
                .arg("body");
        return send(request).transform(read -> {
            if (read.failed()) {
                Throwable e = read.cause();
                return Future.failedFuture(isNoHash(e) ? noDocument(kind) : e);
            }
            Response answer = read.result();
            Head head = head(answer);
            String sha256 = head.sha256();
            return sha256 == null || answer.get(2) == null
                    ? Future.failedFuture(noDocument(kind))
                    : Future.succeededFuture(
                            new Document(kind, head.version(), answer.get(2).toBytes(), sha256));
        });
    }

    private static UnreadableDocumentException noDocument(Kind kind) {
        return new UnreadableDocumentException(kind.text() + ": no document");
    }

    @Override
    public Future<Boolean> write(Document document, @Nullable Head broken) {
        Head named = broken == null || broken.equals(Head.UNREADABLE) ? null : broken;
        return send(Request.cmd(Command.EVAL)
                        .arg(SET_IF_NEWER)
                        .arg(1)
                        .arg(prefix + document.kind().text())
                        .arg(document.version())
                        .arg(document.sha256())
                        .arg(document.bytes())
                        .arg(named == null ? "" : Long.toString(named.version()))
                        .arg(named == null ? "" : String.valueOf(named.sha256())))
                .map(stored -> stored.toInteger() == 1);
    }

    private Future<Response> send(Request request) {
        return inTime(used -> used.send(request));
    }

    /**
     * A connection on which no answer came in time is given up with all that were opened beside it: one to a server that
     * vanished would hang for as long as the system tries to reach it.
     */
    private <T> Future<T> inTime(Function<Redis, Future<T>> question) {
        Redis used = Objects.requireNonNull(redis.get());
        return question.apply(used)
                .timeout(TIMEOUT_MILLIS, TimeUnit.MILLISECONDS)
                .onFailure(e -> {
                    if (e instanceof TimeoutException) {
                        giveUp(used);
                    }
                });
    }

    private void giveUp(Redis used) {
        Redis fresh = Redis.createClient(vertx, options);
        (redis.compareAndSet(used, fresh) ? used : fresh).close();
    }

    private static Head head(Response answer) {
        Response version = answer.get(0);
        Response sha256 = answer.get(1);
        boolean readable = version != null
                && sha256 != null
                && version.toString().matches("[0-9]{1,15}")
                && sha256.toString().length() == 64;
        return readable ? new Head(Long.parseLong(version.toString()), sha256.toString()) : Head.UNREADABLE;
    }
}
