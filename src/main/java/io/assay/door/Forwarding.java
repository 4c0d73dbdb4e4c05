package io.assay.door;

import io.assay.platform.ApiError;
import io.assay.platform.ClientAddress;
import io.assay.platform.Meters;
import io.assay.platform.Problem;
import io.micrometer.core.instrument.Counter;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.httpproxy.Body;
import io.vertx.httpproxy.MediaType;
import io.vertx.httpproxy.ProxyContext;
import io.vertx.httpproxy.ProxyInterceptor;
import io.vertx.httpproxy.ProxyRequest;
import io.vertx.httpproxy.ProxyResponse;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the door adds to a request that it passes on: the one address it came from, as far as that is known for sure; and what
 * it answers for a stage that is gone.
 */
record Forwarding(Stage stage, List<String> trustedProxies) implements ProxyInterceptor {
    private static final Logger log = LoggerFactory.getLogger(Forwarding.class);
    private static final int RETRY_SECONDS = 2;

    /** Where the counter is, it is from the first request on. */
    Forwarding {
        unreachable(stage);
    }

    private static Counter unreachable(Stage stage) {
        return Counter.builder("assay.door.unreachable")
                .description("Requests whose stage could not be reached or did not answer")
                .tag("stage", stage.title())
                .register(Meters.registry());
    }

    @Override
    public Future<ProxyResponse> handleProxyRequest(ProxyContext context) {
        ProxyRequest request = context.request();
        HttpServerRequest original = request.proxiedRequest();
        request.headers()
                .remove("Forwarded")
                .remove("Expect")
                .set("X-Forwarded-For", ClientAddress.of(original, trustedProxies))
                .set("X-Forwarded-Proto", original.isSSL() ? "https" : "http");
        return context.sendRequest().recover(failure -> {
            unreachable(stage).increment();
            log.debug("{} does not answer", stage.title(), failure);
            return Future.succeededFuture(gone(request));
        });
    }

    private ProxyResponse gone(ProxyRequest request) {
        ApiError error = ApiError.unavailable("The " + stage.title() + " stage can't be reached.", RETRY_SECONDS);
        Buffer body = Problem.toJson(error).toBuffer();
        return request.release()
                .response()
                .setStatusCode(error.status())
                .setBody(Body.body(body, MediaType.parse("application/problem+json")))
                .putHeader("Cache-Control", "no-store")
                .putHeader("Retry-After", Integer.toString(error.retryAfterSeconds()));
    }
}
