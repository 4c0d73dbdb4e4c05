package io.assay.load;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;

/** The least a Vert.x server can do: it reads the parameter {@code user_id} and sends bytes that were made beforehand. */
final class BareServer {
    private static final CharSequence JSON = HttpHeaders.createOptimized("application/json");
    private static final CharSequence PRIVATE = HttpHeaders.createOptimized("private, no-store");

    private BareServer() {}

    /** Prints the port when it listens. */
    static void run(Vertx vertx, String answer) {
        Buffer body = Buffer.buffer(answer);
        int port = vertx.createHttpServer(
                        new HttpServerOptions().setHost("127.0.0.1").setPort(0))
                .requestHandler(request -> answer(request, body))
                .listen()
                .await()
                .actualPort();
        System.out.println(port);
    }

    private static void answer(HttpServerRequest request, Buffer body) {
        String uri = request.uri();
        int from = uri.indexOf("user_id=") + "user_id=".length();
        int to = uri.indexOf('&', from);
        String user = uri.substring(from, to < 0 ? uri.length() : to);
        if (user.isEmpty()) {
            request.response().setStatusCode(400);
        }
        request.response().headers().set(HttpHeaders.CONTENT_TYPE, JSON).set(HttpHeaders.CACHE_CONTROL, PRIVATE);
        request.response().end(body);
    }
}
