package io.assay.drill;

import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.json.JsonObject;
import java.util.List;

/** Every user of the population asked once, as fast as the nodes answer. */
final class Census {
    private static final int CONNECTIONS_EACH = 4;
    private static final int PIPELINE = 16;

    private final HttpClient client;
    private final Population population;
    private final String key;
    private final List<Node> nodes;
    private final int shift;
    private final int users;
    private final Promise<Result> done = Promise.promise();
    private int next;
    private int answered;
    private int failed;
    private int degraded;
    private int assigned;

    /** How many were asked, got no answer of 200, or one without a snapshot, or are in any experiment. */
    record Result(int asked, int failed, int degraded, int assigned) {}

    private Census(Vertx vertx, Population population, String key, List<Node> nodes, int shift, int users) {
        this.population = population;
        this.key = key;
        this.nodes = nodes;
        this.shift = shift;
        this.users = users;
        client = vertx.createHttpClient(
                new HttpClientOptions().setPipelining(true).setPipeliningLimit(PIPELINE),
                new PoolOptions().setHttp1MaxSize(CONNECTIONS_EACH));
    }

    /** The shift makes another node answer for a user than in the census before. */
    static Result take(Vertx vertx, Population population, String key, List<Node> nodes, int shift, int users) {
        Census census = new Census(vertx, population, key, nodes, shift, users);
        vertx.runOnContext(v -> {
            for (int i = 0; i < CONNECTIONS_EACH * PIPELINE * nodes.size(); i++) {
                census.askNext();
            }
        });
        Result result =
                census.done.future().toCompletionStage().toCompletableFuture().join();
        census.client.close().toCompletionStage().toCompletableFuture().join();
        return result;
    }

    private void askNext() {
        if (next == users) {
            return;
        }
        int user = next++;
        Node node = nodes.get((user + shift) % nodes.size());
        RequestOptions request = new RequestOptions()
                .setMethod(HttpMethod.GET)
                .setHost("127.0.0.1")
                .setPort(node.assignmentPort())
                .setURI("/assignments?user_id=" + Population.id(user) + "&platform=web")
                .setTimeout(20_000)
                .putHeader("X-API-Key", key);
        client.request(request)
                .compose(sending -> sending.send())
                .compose(response -> response.body().map(body -> {
                    note(user, node, response.statusCode(), response.statusCode() == 200 ? body.toJsonObject() : null);
                    return true;
                }))
                .onFailure(e -> failed++)
                .onComplete(any -> advance());
    }

    private void note(int user, Node node, int status, JsonObject json) {
        if (status != 200) {
            failed++;
            return;
        }
        degraded += json.getBoolean("degraded", false) ? 1 : 0;
        JsonObject assignments = json.getJsonObject("assignments");
        assigned += assignments.isEmpty() ? 0 : 1;
        population.see(user, assignments, node);
    }

    private void advance() {
        if (++answered == users) {
            done.complete(new Result(users, failed, degraded, assigned));
        } else {
            askNext();
        }
    }
}
