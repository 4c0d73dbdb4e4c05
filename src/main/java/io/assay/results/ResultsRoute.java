package io.assay.results;

import io.assay.analytics.Scope;
import io.assay.platform.ApiError;
import io.vertx.ext.web.RoutingContext;
import java.time.Clock;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** {@code GET /experiments/:id/results} and what lies below it. */
final class ResultsRoute {
    private final ResultsReader reader;
    private final Clock clock;

    ResultsRoute(ResultsReader reader, Clock clock) {
        this.reader = reader;
        this.clock = clock;
    }

    /** Answers in the form and format that are asked for. */
    void handle(RoutingContext ctx) {
        answer(ctx, choice(ctx, "diagnostics", "0", "1").equals("1"));
    }

    /** The same for what has no diagnostics. */
    void handlePlain(RoutingContext ctx) {
        answer(ctx, false);
    }

    private void answer(RoutingContext ctx, boolean diagnostics) {
        Scope scope = Stream.of(Scope.values())
                .filter(s -> s.text().equals(choice(ctx, "scope", "all", "clean")))
                .findFirst()
                .orElseThrow();
        boolean csv = choice(ctx, "format", "json", "csv").equals("csv");
        String control = ctx.request().getHeader("Cache-Control");
        boolean anew = control != null && control.toLowerCase(Locale.ROOT).contains("no-cache");
        reader.read(ctx.pathParam("id"), anew)
                .onSuccess(served -> answer(ctx, served, new Form(scope, diagnostics), csv))
                .onFailure(ctx::fail);
    }

    private void answer(RoutingContext ctx, ResultsReader.Served served, Form form, boolean csv) {
        long now = clock.millis();
        ctx.response()
                .putHeader("Content-Type", csv ? "text/csv; charset=utf-8" : "application/json")
                .putHeader("Cache-Control", served.stale() ? "no-store" : "private, max-age=60")
                .putHeader("Age", Long.toString(served.answer().ageMillis(now) / 1000))
                .end(
                        csv
                                ? served.answer().csv(form, now, served.stale())
                                : served.answer().json(form, now, served.stale()));
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
