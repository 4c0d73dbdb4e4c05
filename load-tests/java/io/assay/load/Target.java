package io.assay.load;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/** What is compared with the bare server. */
enum Target {
    /** 500 experiments in 25 layers: a user is in 25. */
    LAYERS25("assignments, 500 experiments in 25 layers"),
    /** 500 experiments with a layer each: a user is in all of them. */
    LAYERS500("assignments, 500 experiments in 500 layers"),
    /** The configuration, for one who has it already. */
    CONFIG304("config, answered 304");

    private static final int PREPARED = 4096;

    final String title;

    Target(String title) {
        this.title = title;
    }

    static Target of(String name) {
        return valueOf(name.toUpperCase(Locale.ROOT));
    }

    int status() {
        return this == CONFIG304 ? 304 : 200;
    }

    private String path(Random random) {
        return this == CONFIG304 ? "/config" : Scenario.ASSIGNMENTS.path(random);
    }

    /** Requests as bytes on the wire. */
    List<String> requests(URI server, String key) throws IOException, InterruptedException {
        Random random = new Random(1);
        String etag = this == CONFIG304 ? "If-None-Match: " + etag(server.toString()) + "\r\n" : "";
        List<String> requests = new ArrayList<>();
        for (int i = 0; i < (this == CONFIG304 ? 1 : PREPARED); i++) {
            requests.add("GET " + path(random) + " HTTP/1.1\r\nHost: a\r\nX-API-Key: " + key + "\r\n" + etag + "\r\n");
        }
        return requests;
    }

    /** The answer to one such request. */
    HttpResponse<byte[]> ask(String server) throws IOException, InterruptedException {
        HttpRequest.Builder request = request(server);
        if (this == CONFIG304) {
            request.header("If-None-Match", etag(server));
        }
        return send(request);
    }

    private String etag(String server) throws IOException, InterruptedException {
        return send(request(server)).headers().firstValue("ETag").orElseThrow();
    }

    private HttpRequest.Builder request(String server) {
        return HttpRequest.newBuilder(URI.create(server + path(new Random(1)))).header("X-API-Key", StageServer.KEY);
    }

    private static HttpResponse<byte[]> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .build()
                .send(request.build(), BodyHandlers.ofByteArray());
    }
}
