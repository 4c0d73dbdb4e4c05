package io.assay.platform;

import io.vertx.ext.web.RoutingContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One line a request at DEBUG: method, route template, status, duration. Never a query, a key or a user id. */
final class AccessLog {
    private static final Logger log = LoggerFactory.getLogger("io.assay.access");

    private AccessLog() {}

    static void handle(RoutingContext ctx) {
        if (log.isDebugEnabled()) {
            long begun = System.nanoTime();
            ctx.addBodyEndHandler(end -> log.debug(
                    "{} {} {}us",
                    RoutedRequest.templateOf(ctx),
                    ctx.response().getStatusCode(),
                    (System.nanoTime() - begun) / 1000));
        }
        ctx.next();
    }
}
