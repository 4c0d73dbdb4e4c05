package io.assay.load;

import io.assay.AssayProcess;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** All of Assay on this machine as {@code bin/assay up} runs it, with its servers embedded, with or without the join. */
final class EventsStack implements AutoCloseable {
    private static final int ADMIN = 1;
    private static final int INGESTION = 4;
    private static final int MANAGEMENT = 9;
    private static final int ATTEMPTS = 20;
    private static final String ALL_BUT_THE_JOIN = "admin,config,assignment,door,ingestion,management,results";
    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private final Path data;
    private final AssayProcess process;

    private EventsStack(Path data, AssayProcess process) {
        this.data = data;
        this.process = process;
    }

    /** On that folder, which may be one of an earlier start; waits until it is ready. */
    static EventsStack start(Path data, boolean withJoin) throws IOException {
        Path conf = data.resolveSibling("events-conf.json");
        Files.writeString(conf, conf().encodePrettily());
        AssayProcess.Launch launch = new AssayProcess.Launch(
                AssayProcess.freeBasePort(),
                List.of("-Xmx512m"),
                Map.of(),
                data.resolveSibling("events.log"),
                List.of(
                        "--data",
                        data.toString(),
                        "--conf",
                        conf.toString(),
                        "--only",
                        withJoin ? ALL_BUT_THE_JOIN + ",metrics" : ALL_BUT_THE_JOIN));
        return new EventsStack(data, AssayProcess.start(launch).awaitReady(MANAGEMENT));
    }

    /** As it is shipped, but that one key may send as much as there is. */
    private static JsonObject conf() throws IOException {
        JsonObject conf = new JsonObject(Files.readString(Path.of("conf/embedded.json")));
        conf.getJsonObject("ingestion").put("keyEventsPerSecond", 0);
        return conf;
    }

    URI ingestion() {
        return process.uri(INGESTION, "/events");
    }

    /** Nanoseconds of processor time that the stack used, its compilers left out. */
    long processorNanos() throws IOException {
        return ProcessorTime.nanos(ProcessHandle.of(process.pid()).orElseThrow());
    }

    String key(String scope) throws IOException {
        return Files.readString(data.resolve("keys").resolve(scope)).strip();
    }

    String kafka() throws IOException {
        return "127.0.0.1:" + port("kafka");
    }

    int port(String server) throws IOException {
        return new JsonObject(Files.readString(data.resolve("ports.json"))).getInteger(server);
    }

    /** The id of a running experiment of that key on purchases, which is made if it is not there. */
    String experiment(String key) throws IOException, InterruptedException {
        String body =
                """
                {"key": "%s", "metrics": [{"key": "revenue", "event": "purchase", "kind": "sum"}],
                 "variants": [{"key": "control", "allocation": 50}, {"key": "blue", "allocation": 50}]}"""
                        .formatted(key);
        for (int i = 0; i < ATTEMPTS; i++) { // a busy machine may be too slow for the server's patience
            HttpResponse<String> there = admin("GET", "/experiments/" + key, "");
            JsonObject json = new JsonObject(there.body());
            if (there.statusCode() == 404) {
                admin("POST", "/experiments", body);
            } else if ("draft".equals(json.getValue("status"))) {
                admin("PATCH", "/experiments/" + key, "{\"status\":\"active\"}");
            } else if ("active".equals(json.getValue("status"))) {
                return json.getString("experiment_id");
            }
        }
        throw new IOException("the experiment could not be launched");
    }

    private HttpResponse<String> admin(String method, String path, String body)
            throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(process.uri(ADMIN, path))
                .header("X-API-Key", key("admin"))
                .header("Content-Type", "application/json")
                .method(method, BodyPublishers.ofString(body))
                .build();
        return HTTP.send(request, BodyHandlers.ofString());
    }

    @Override
    public void close() {
        process.close();
    }
}
