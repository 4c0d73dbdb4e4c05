package io.assay.admin;

import io.assay.catalog.ExperimentJson;
import io.assay.catalog.Revision;
import io.assay.catalog.StoredExperiment;
import io.assay.protocol.Json;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.RoutingContext;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The ways to answer. */
final class Answers {
    private Answers() {}

    static void json(RoutingContext ctx, int status, Object body) {
        ctx.response()
                .setStatusCode(status)
                .putHeader("Content-Type", "application/json")
                .putHeader("Cache-Control", "private, no-store")
                .end(Buffer.buffer(Json.bytes(body)))
                .onFailure(ctx::fail);
    }

    static void experiment(RoutingContext ctx, int status, StoredExperiment experiment) {
        ctx.response().putHeader("ETag", Revision.etag(experiment.revision()));
        if (status == 201) {
            ctx.response().putHeader("Location", "/experiments/" + experiment.id());
        }
        json(ctx, status, ExperimentJson.view(experiment));
    }

    static void created(RoutingContext ctx, String location, Object body) {
        ctx.response().putHeader("Location", location);
        json(ctx, 201, body);
    }

    static void none(RoutingContext ctx) {
        ctx.response().setStatusCode(204).end().onFailure(ctx::fail);
    }

    /** A whole list as one page. */
    static Map<String, Object> all(List<?> items) {
        return Map.of("items", items);
    }

    /** A page and, if there is more, where the next one begins. */
    static Map<String, Object> page(List<?> items, @Nullable Long next) {
        Map<String, Object> page = new LinkedHashMap<>();
        page.put("items", items);
        page.put("next_cursor", next == null ? null : Cursor.at(next));
        return page;
    }
}
