package io.assay.load;

import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;

/**
 * The least a Vert.x server can do: it looks for the parameter {@code user_id} and sends what another server sent to one
 * request: status, headers, body.
 */
final class BareServer {
    private final int status;
    private final List<CharSequence> names = new ArrayList<>();
    private final List<CharSequence> values = new ArrayList<>();
    private final Buffer body;

    private BareServer(HttpResponse<byte[]> answer) {
        status = answer.statusCode();
        body = Buffer.buffer(answer.body());
        answer.headers().map().forEach((name, all) -> {
            if (!name.equals("content-length")) {
                names.add(HttpHeaders.createOptimized(name));
                values.add(HttpHeaders.createOptimized(all.get(0)));
            }
        });
    }

    /** Copies the answer to the first request of that kind, and prints the port when it listens. */
    static void run(Vertx vertx, Target target, String url) throws IOException, InterruptedException {
        BareServer server = new BareServer(target.ask(url));
        int port = vertx.createHttpServer(options())
                .requestHandler(server::answer)
                .listen()
                .await()
                .actualPort();
        System.out.println(port);
    }

    /** As a stage has them, where they cost anything for each request. */
    private static HttpServerOptions options() {
        return new HttpServerOptions()
                .setHost("127.0.0.1")
                .setPort(0)
                .setHttp2ClearTextEnabled(false)
                .setPerFrameWebSocketCompressionSupported(false)
                .setPerMessageWebSocketCompressionSupported(false)
                .setTcpNoDelay(true);
    }

    private void answer(HttpServerRequest request) {
        request.response().setStatusCode(isAsked(request.uri()) ? status : 400);
        MultiMap headers = request.response().headers();
        for (int i = 0; i < names.size(); i++) {
            headers.set(names.get(i), values.get(i));
        }
        request.response().end(body);
    }

    private static boolean isAsked(String uri) {
        int from = uri.indexOf("user_id=");
        if (from < 0) {
            return uri.equals("/config");
        }
        int to = uri.indexOf('&', from);
        String user = uri.substring(from + "user_id=".length(), to < 0 ? uri.length() : to);
        return !user.isEmpty();
    }
}
