package io.assay.sdk;

import io.assay.assignment.AssignmentVerticle;
import io.assay.platform.HttpService;
import io.assay.snapshot.Document;
import io.assay.snapshot.Documents;
import io.assay.snapshot.Kind;
import io.assay.snapshot.Scope;
import io.assay.snapshot.SnapshotFeed;
import io.assay.testkit.OnLoop;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.json.JsonObject;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/** The assignment stage as it is shipped, with a given snapshot, and a client that asks it much at once. */
final class AssignmentStage implements AutoCloseable {
    private static final String KEY = "stage-key";
    private static final int CONNECTIONS = 8;
    private static final int PIPELINED = 16;

    private final Vertx vertx = Vertx.vertx();
    private final HttpClient client = vertx.createHttpClient(
            new HttpClientOptions().setPipelining(true).setPipeliningLimit(PIPELINED),
            new PoolOptions().setHttp1MaxSize(CONNECTIONS));
    private final RequestOptions request;

    AssignmentStage(byte[] snapshot) {
        JsonObject config = new JsonObject()
                .put("http", new JsonObject().put("basePort", 0))
                .put("portOffset", 3);
        vertx.deployVerticle(new AssignmentVerticle(), new DeploymentOptions().setConfig(config))
                .await();
        SnapshotFeed feed = SnapshotFeed.shared(vertx, config);
        feed.offer(Documents.keys(1, Map.of(KEY, Scope.SERVER))).await();
        feed.offer(Document.of(Kind.CONFIG, 1, snapshot)).await();
        request = new RequestOptions()
                .setMethod(HttpMethod.POST)
                .setHost("127.0.0.1")
                .setPort(HttpService.port(vertx, "assignment"))
                .setURI("/assignments")
                .putHeader("X-API-Key", KEY)
                .putHeader("Content-Type", "application/json");
    }

    /** What the server answers to each question, in their order. */
    List<String> ask(List<String> questions) {
        String[] lines = new String[questions.size()];
        AtomicInteger next = new AtomicInteger();
        OnLoop.of(vertx, () -> Future.all(IntStream.range(0, CONNECTIONS * PIPELINED)
                                .mapToObj(worker -> askOn(questions, next, lines))
                                .toList())
                        .mapEmpty())
                .await();
        return Arrays.asList(lines);
    }

    private Future<Void> askOn(List<String> questions, AtomicInteger next, String[] lines) {
        int i = next.getAndIncrement();
        if (i >= lines.length) {
            return Future.succeededFuture();
        }
        return client.request(request)
                .compose(asked -> asked.send(Buffer.buffer(questions.get(i))))
                .compose(answer -> answer.body().map(body -> line(answer.statusCode(), body)))
                .compose(line -> {
                    lines[i] = line;
                    return askOn(questions, next, lines);
                });
    }

    private static String line(int status, Buffer body) {
        if (status != 200) {
            return status + " " + body;
        }
        Map<String, String> variants = new HashMap<>();
        body.toJsonObject().getJsonObject("assignments").forEach(e -> variants.put(e.getKey(), (String) e.getValue()));
        return Answers.line(variants);
    }

    @Override
    public void close() {
        vertx.close().await();
    }
}
