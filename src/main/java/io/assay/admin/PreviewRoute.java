package io.assay.admin;

import io.assay.catalog.Catalog;
import io.assay.catalog.ExperimentJson;
import io.assay.catalog.Experiments;
import io.assay.catalog.Impact;
import io.assay.catalog.Preview;
import io.assay.platform.FieldError;
import io.assay.protocol.SnapshotCodec;
import io.assay.snapshot.Access;
import io.assay.snapshot.Representation;
import io.assay.snapshot.Scope;
import io.assay.snapshot.SnapshotFeed;
import io.vertx.core.Vertx;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.LinkedHashMap;
import java.util.Map;

/** {@code POST /experiments/{id}/preview}: what a patch would do, before it is done. */
final class PreviewRoute {
    private final Vertx vertx;
    private final Experiments experiments;
    private final SnapshotFeed feed;

    PreviewRoute(Vertx vertx, Catalog catalog, SnapshotFeed feed) {
        this.vertx = vertx;
        this.experiments = catalog.experiments();
        this.feed = feed;
    }

    void mount(Router router) {
        router.post("/experiments/:name/preview")
                .handler(Access.require(feed, Scope.ADMIN))
                .handler(Requests.reading())
                .handler(this::preview);
    }

    private void preview(RoutingContext ctx) {
        experiments
                .preview(
                        Requests.name(ctx),
                        Requests.body(ctx),
                        Requests.expected(ctx),
                        Requests.hasAttributes(ctx) ? Requests.attributes(ctx) : null)
                .compose(preview -> vertx.executeBlocking(() -> view(preview, Requests.hasAttributes(ctx)), false))
                .onSuccess(view -> Answers.json(ctx, 200, view))
                .onFailure(ctx::fail);
    }

    private static Map<String, Object> view(Preview preview, boolean evaluated) {
        Impact impact = preview.impact();
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("allowed", preview.refused().isEmpty());
        if (!preview.refused().isEmpty()) {
            view.put("code", "would_reassign");
            view.put(
                    "errors",
                    preview.refused().stream().map(PreviewRoute::error).toList());
        }
        view.put("sample", impact.sample());
        view.put("enter", impact.share(impact.enter()));
        view.put("leave", impact.share(impact.leave()));
        view.put("change", impact.share(impact.change()));
        view.put("targeting", evaluated ? "evaluated" : "assumed");
        view.put("snapshot", size(preview));
        view.put("experiment", ExperimentJson.view(preview.after()));
        return view;
    }

    private static Map<String, Object> size(Preview preview) {
        Representation body = Representation.of(SnapshotCodec.encode(preview.snapshot(), true));
        return Map.of(
                "experiments", preview.snapshot().experiments().size(),
                "bytes", body.plain().length(),
                "gzip_bytes", body.gzip().length());
    }

    private static Map<String, Object> error(FieldError error) {
        return Map.of("pointer", error.pointer(), "code", error.code(), "message", error.message());
    }
}
