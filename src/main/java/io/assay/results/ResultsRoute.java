package io.assay.results;

import io.assay.analytics.Scope;
import io.assay.platform.ApiError;
import io.vertx.ext.web.RoutingContext;
import java.time.Clock;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** {@code GET /experiments/:id/results}. */
final class ResultsRoute {
    private final ResultsReader reader;
    private final Clock clock;

    ResultsRoute(ResultsReader reader, Clock clock) {
        this.reader = reader;
        this.clock = clock;
    }

    void handle(RoutingContext ctx) {
        Scope scope = Stream.of(Scope.values())
                .filter(s -> s.text().equals(choice(ctx, "scope", "all", "clean")))
                .findFirst()
                .orElseThrow();
        boolean csv = choice(ctx, "format", "json", "csv").equals("csv");
        String control = ctx.request().getHeader("Cache-Control");
        boolean anew = control != null && control.toLowerCase(Locale.ROOT).contains("no-cache");
        reader.read(ctx.pathParam("id"), anew)
                .onSuccess(served -> answer(ctx, served, scope, csv))
                .onFailure(ctx::fail);
    }

    private void answer(RoutingContext ctx, ResultsReader.Served served, Scope scope, boolean csv) {
        long now = clock.millis();
        ctx.response()
                .putHeader("Content-Type", csv ? "text/csv; charset=utf-8" : "application/json")
                .putHeader("Cache-Control", served.stale() ? "no-store" : "private, max-age=60")
                .putHeader("Age", Long.toString(served.answer().ageMillis(now) / 1000))
                .end(csv ? served.answer().csv(scope) : served.answer().json(scope, now, served.stale()));
    }

    private static String choice(RoutingContext ctx, String name, String first, String second) {
        List<String> given = ctx.queryParam(name);
        if (given.isEmpty()) {
            return first;
        }
        String value = given.get(0);
        if (given.size() > 1 || !(value.equals(first) || value.equals(second))) {
            throw ApiError.malformed(name + " is unknown (expected: " + first + " or " + second + ").");
        }
        return value;
    }
}
