package io.assay.assignment;

import static org.assertj.core.api.Assertions.assertThat;

import io.assay.platform.HttpService;
import io.assay.protocol.SnapshotCodec;
import io.assay.snapshot.Documents;
import io.assay.snapshot.KeyRing;
import io.assay.snapshot.Scope;
import io.assay.snapshot.SnapshotFeed;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The shared cases of {@code sdk/vectors}, asked over HTTP in every way that there is. */
class ServerVectorsTest {
    private static final KeyRing KEYS = KeyRing.of(Map.of("s3", Scope.SERVER));

    private final HttpClient client = HttpClient.newHttpClient();
    private Vertx vertx = Vertx.vertx();

    @AfterEach
    void closes() {
        vertx.close().await();
    }

    @Test
    void usersGetTheVariantsOfTheReferenceByQueryBodyAndAsFlags() throws Exception {
        JsonArray snapshots =
                new JsonObject(Files.readString(Path.of("sdk/vectors/snapshots.json"))).getJsonArray("snapshots");
        int byQuery = 0;
        for (int s = 0; s < snapshots.size(); s++) {
            SnapshotFeed feed = serve(snapshots.getJsonObject(s).getJsonObject("snapshot"));
            JsonArray cases = snapshots.getJsonObject(s).getJsonArray("cases");
            assertThat(cases).hasSizeGreaterThan(100);
            for (int c = 0; c < cases.size(); c++) {
                JsonObject user = cases.getJsonObject(c);
                kill(feed, c + 1, user.getJsonArray("killed"));
                Map<String, Object> wanted =
                        new TreeMap<>(user.getJsonObject("assignments").getMap());
                assertThat(byBody(user)).as("%s", user).isEqualTo(wanted);
                assertThat(byFlags(user)).as("%s", user).isEqualTo(wanted);
                if (fitsIntoAQuery(user.getJsonObject("attributes"))) {
                    assertThat(byQuery(user)).as("%s", user).isEqualTo(wanted);
                    byQuery++;
                }
            }
        }
        assertThat(byQuery).isGreaterThan(10);
    }

    private SnapshotFeed serve(JsonObject snapshot) {
        vertx.close().await();
        vertx = Vertx.vertx();
        SnapshotFeed feed =
                SnapshotFeed.fixed(KEYS, SnapshotCodec.decode(snapshot.encode().getBytes(StandardCharsets.UTF_8)));
        JsonObject config = new JsonObject()
                .put("http", new JsonObject().put("basePort", 0))
                .put("portOffset", 3);
        vertx.deployVerticle(new AssignmentVerticle(feed), new DeploymentOptions().setConfig(config))
                .await();
        return feed;
    }

    private static void kill(SnapshotFeed feed, long version, JsonArray killed) {
        feed.offer(Documents.emergency(version, killed.stream().toArray(String[]::new)))
                .await();
    }

    private Map<String, Object> byBody(JsonObject user) throws Exception {
        JsonObject body = new JsonObject()
                .put("user_id", user.getString("user_id"))
                .put("attributes", user.getJsonObject("attributes"));
        return assignments(request("/assignments").POST(BodyPublishers.ofString(body.encode())));
    }

    private Map<String, Object> byQuery(JsonObject user) throws Exception {
        StringBuilder query = new StringBuilder("user_id=").append(encoded(user.getString("user_id")));
        user.getJsonObject("attributes")
                .forEach(attribute -> elements(attribute.getValue()).forEach(value -> query.append('&')
                        .append(encoded(attribute.getKey()))
                        .append('=')
                        .append(encoded(value.toString()))));
        return assignments(request("/assignments?" + query));
    }

    /** The flags of experiments that the user is in. */
    private Map<String, Object> byFlags(JsonObject user) throws Exception {
        JsonObject context = user.getJsonObject("attributes").copy().put("targetingKey", user.getString("user_id"));
        String body = new JsonObject().put("context", context).encode();
        JsonObject all = send(request("/ofrep/v1/evaluate/flags").POST(BodyPublishers.ofString(body)));
        Map<String, Object> in = new TreeMap<>();
        for (Object element : all.getJsonArray("flags")) {
            JsonObject flag = (JsonObject) element;
            if (flag.getJsonObject("metadata").getBoolean("inExperiment")) {
                in.put(flag.getString("key"), flag.getString("variant"));
            } else {
                assertThat(flag.getString("variant")).isEqualTo("control");
            }
        }
        return in;
    }

    /** In a query all values are texts, and a list has at least one. */
    private static boolean fitsIntoAQuery(JsonObject attributes) {
        return attributes.stream()
                .map(Map.Entry::getValue)
                .allMatch(value -> value instanceof String
                        || (value instanceof JsonArray list
                                && !list.isEmpty()
                                && list.stream().allMatch(String.class::isInstance)));
    }

    private static Stream<Object> elements(Object value) {
        return value instanceof JsonArray list ? list.stream() : Stream.of(value);
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private Map<String, Object> assignments(HttpRequest.Builder request) throws Exception {
        return new TreeMap<>(send(request).getJsonObject("assignments").getMap());
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + HttpService.port(vertx, "assignment") + path))
                .header("X-API-Key", "s3")
                .header("Content-Type", "application/json");
    }

    private JsonObject send(HttpRequest.Builder request) throws Exception {
        var answer = client.send(request.build(), BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return new JsonObject(answer.body());
    }
}
