package io.assay.browser;

import static org.assertj.core.api.Assertions.assertThat;

import io.assay.e2e.Requests;
import io.assay.e2e.Requests.Answer;
import io.assay.e2e.RunningNode;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/** A whole node in a process of its own, pages of another origin, and a browser that visits them. */
final class Stack implements AutoCloseable {
    static final Duration PATIENCE = Duration.ofSeconds(60);

    final RunningNode node;
    final Pages pages;
    final Browser browser;
    final Requests admin;
    final Requests server;
    final Requests client;
    final Requests read;
    private final AtomicInteger origins = new AtomicInteger();

    Stack(Path data) throws IOException {
        node = RunningNode.start(data);
        pages = Pages.open();
        browser = Browser.open();
        admin = new Requests(node, "admin");
        server = new Requests(node, "server");
        client = new Requests(node, "client");
        read = new Requests(node, "read");
    }

    /** A name that no test had before: an origin with nothing stored. */
    String newOrigin() {
        return "site" + origins.incrementAndGet();
    }

    /** The address of the node. */
    String api() {
        return node.url("").toString();
    }

    /** Creates an experiment, launches it and waits until clients are given it; its id. */
    String launch(JsonObject definition) {
        Answer created = admin.post("/experiments", definition.encode());
        assertThat(created.status()).as(created.text()).isEqualTo(201);
        String id = created.json().getString("experiment_id");
        Answer launched = admin.patch("/experiments/" + id, "{\"status\":\"active\"}");
        assertThat(launched.status()).as(launched.text()).isEqualTo(200);
        String key = definition.getString("key");
        client.getUntil("/config", PATIENCE, config -> config.text().contains('"' + key + '"'));
        return id;
    }

    /** An experiment of control and treatment, half of the users each, with a colour as config. */
    static JsonObject colours(String key) {
        return new JsonObject()
                .put("key", key)
                .put("variants", new JsonArray().add(variant("control", "grey")).add(variant("treatment", "green")));
    }

    private static JsonObject variant(String key, String colour) {
        return new JsonObject()
                .put("key", key)
                .put("allocation", 50)
                .put("config", new JsonObject().put("colour", colour));
    }

    /** A user who is in that variant, by what the server says. */
    String userIn(String key, String variant) {
        for (int i = 0; i < 200; i++) {
            String user = "user-" + i;
            Answer answer = server.get("/assignments?user_id=" + user + "&platform=web&keys=" + key);
            if (variant.equals(answer.json().getJsonObject("assignments").getString(key))) {
                return user;
            }
        }
        throw new AssertionError("nobody is in " + variant + " of " + key);
    }

    @Override
    public void close() {
        try (node;
                pages;
                browser) {
            browser.visit("about:blank");
        }
    }
}
