package io.assay.analytics;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClosedException;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.client.HttpResponse;
import io.vertx.ext.web.client.WebClient;
import io.vertx.ext.web.client.WebClientOptions;
import java.net.URLEncoder;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** One ClickHouse database over HTTP. May be asked from any thread. */
final class ClickHouse {
    /* Names and settings that both the oldest version we run on (18.16) and today's know. Answers are whole before they
    begin, so that the status tells of every error; numbers of 64 bits come as texts, since JSON's are of 53. */
    private static final String ASKING = "wait_end_of_query=1&output_format_json_quote_64bit_integers=1";
    private static final int CONNECT_MILLIS = 2_000;
    private static final int READ_SECONDS = 10;
    private static final long READ_MILLIS = READ_SECONDS * 1_000 + 2_000;
    private static final long WRITE_MILLIS = 20_000;
    private static final long CHANGE_MILLIS = 60_000;
    /* Less than the 3 s after which a server ends a connection that nobody uses. */
    private static final int IDLE_SECONDS = 2;
    private static final int ATTEMPTS = 3;

    private final Vertx vertx;
    private final ClickHouseConfig config;
    private final WebClient client;

    /** The rows of an answer, and how many the server looked at for them. */
    record Answer(JsonArray data, long rowsRead) {
        Stream<Row> rows() {
            return IntStream.range(0, data.size()).mapToObj(i -> new Row(data.getJsonArray(i)));
        }
    }

    /** One row, its columns by their place. */
    record Row(JsonArray values) {
        String text(int column) {
            return values.getString(column);
        }

        long number(int column) {
            return Long.parseLong(String.valueOf(values.getValue(column)));
        }

        int small(int column) {
            return Math.toIntExact(number(column));
        }

        /** A column that is a tuple. */
        Row tuple(int column) {
            return new Row(values.getJsonArray(column));
        }
    }

    ClickHouse(Vertx vertx, ClickHouseConfig config) {
        this.vertx = vertx;
        this.config = config;
        var options = new WebClientOptions()
                .setConnectTimeout(CONNECT_MILLIS)
                .setKeepAliveTimeout(IDLE_SECONDS)
                .setFollowRedirects(false)
                .setUserAgent("assay");
        this.client = WebClient.wrap(
                vertx.httpClientBuilder()
                        .with(options)
                        .with(new PoolOptions().setHttp1MaxSize(config.poolSize()))
                        // whoever waits for an answer on it is told, and nobody else needs to know
                        .withConnectHandler(connection -> connection.exceptionHandler(reset -> {}))
                        .build(),
                options);
    }

    String database() {
        return config.database();
    }

    /** Asks, and gives the rows. */
    Future<Answer> query(String sql) {
        return ask(sql).map(ClickHouse::answer);
    }

    /** The same where there may be so many rows that no event loop should look at them. */
    <T> Future<T> queryAside(String sql, Function<Answer, T> reader) {
        return ask(sql).compose(body -> aside(() -> reader.apply(answer(body))));
    }

    /** Does what would hold up an event loop. */
    <T> Future<T> aside(Callable<T> work) {
        return vertx.executeBlocking(work, false);
    }

    private Future<Buffer> ask(String sql) {
        return send(
                "a query",
                ASKING + "&max_execution_time=" + READ_SECONDS,
                text(sql + " FORMAT JSONCompact"),
                READ_MILLIS);
    }

    /** Adds rows to a table; {@code columns} are its name and those columns, in brackets. */
    Future<Void> insert(String columns, RowBinary rows) {
        var query = "INSERT INTO " + columns + " FORMAT RowBinary";
        return send(query, ASKING + "&query=" + encode(query), rows.bytes(), WRITE_MILLIS)
                .mapEmpty();
    }

    /** Changes something other than rows. */
    Future<Void> change(String sql) {
        return send("a change", ASKING, text(sql), CHANGE_MILLIS).mapEmpty();
    }

    /** The same as {@link #change} where the database itself is not needed, for it may not be there. */
    Future<Void> changeOutside(String sql) {
        return send("a change", ASKING + "&database=", text(sql), CHANGE_MILLIS).mapEmpty();
    }

    Future<Void> close() {
        client.close();
        return Future.succeededFuture();
    }

    private Future<Buffer> send(String what, String parameters, Buffer body, long millis) {
        var inside = parameters.contains("&database=") ? parameters : parameters + "&database=" + encode(database());
        return onLoop(() -> post(inside, body, millis, ATTEMPTS)).map(response -> body(what, response));
    }

    /** A server ends connections that nobody uses, perhaps just then: all that is sent may be sent again. */
    private Future<HttpResponse<Buffer>> post(String parameters, Buffer body, long millis, int attempts) {
        return client.request(HttpMethod.POST, target(parameters))
                .putHeader("X-ClickHouse-User", config.user())
                .putHeader("X-ClickHouse-Key", config.password())
                .timeout(millis)
                .sendBuffer(body)
                .recover(e -> e instanceof HttpClosedException && attempts > 1
                        ? post(parameters, body, millis, attempts - 1)
                        : Future.failedFuture(e));
    }

    /** Vert.x' client may miss an answer that comes before a thread which is not its loop has said who wants it. */
    private <T> Future<T> onLoop(Supplier<Future<T>> asking) {
        return Future.future(done -> vertx.runOnContext(now -> asking.get().onComplete(done)));
    }

    private RequestOptions target(String parameters) {
        var path = config.uri().getRawPath();
        return new RequestOptions()
                .setHost(config.uri().getHost())
                .setPort(config.port())
                .setSsl(config.isSecure())
                .setURI((path == null || path.isEmpty() ? "/" : path) + "?" + parameters);
    }

    private static Buffer body(String what, HttpResponse<Buffer> response) {
        var body = response.body() == null ? Buffer.buffer() : response.body();
        if (response.statusCode() != 200) {
            throw new ClickHouseException(what, response.statusCode(), body.toString(UTF_8));
        }
        return body;
    }

    private static Answer answer(Buffer body) {
        var json = new JsonObject(body);
        return new Answer(
                json.getJsonArray("data"), json.getJsonObject("statistics").getLong("rows_read"));
    }

    private static Buffer text(String sql) {
        return Buffer.buffer(sql, UTF_8.name());
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, UTF_8);
    }
}
