package io.assay.platform;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.VertxBootstrap;
import io.vertx.core.spi.VertxServiceProvider;
import io.vertx.core.spi.context.storage.ContextLocal;
import org.jspecify.annotations.Nullable;

/**
 * What whoever works for a request may know of it without being told: each request has a context of its own, and what is
 * awaited for it comes back on that. Vert.x finds this class by its name in {@code META-INF/services} before it makes contexts,
 * which is when they get room for it.
 */
public final class RequestLocals implements VertxServiceProvider {
    private static final ContextLocal<Trace> TRACE = ContextLocal.registerLocal(Trace.class);
    private static final ContextLocal<RoutedRequest> ROUTED = ContextLocal.registerLocal(RoutedRequest.class);

    @Override
    public void init(VertxBootstrap bootstrap) {
        // to be loaded in time is all
    }

    /** The context of the request that this thread works for; null if it works for none. */
    static @Nullable Context here() {
        return Vertx.currentContext() instanceof ContextInternal context && context.isDuplicate() ? context : null;
    }

    static void put(Context request, Trace trace) {
        TRACE.put(request, trace);
    }

    static void put(Context request, RoutedRequest routed) {
        ROUTED.put(request, routed);
    }

    static @Nullable Trace trace(@Nullable Context request) {
        return request == null ? null : TRACE.get(request);
    }

    /** Null if no router has seen the request. */
    static @Nullable RoutedRequest routed(@Nullable Context request) {
        return request == null ? null : ROUTED.get(request);
    }
}
