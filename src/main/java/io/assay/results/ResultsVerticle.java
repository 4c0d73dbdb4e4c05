package io.assay.results;

import io.assay.analytics.MetricStore;
import io.assay.analytics.MetricStores;
import io.assay.catalog.Catalog;
import io.assay.catalog.Generations;
import io.assay.platform.HttpConfig;
import io.assay.platform.HttpService;
import io.assay.platform.Settings;
import io.assay.snapshot.Access;
import io.assay.snapshot.Scope;
import io.assay.snapshot.SnapshotFeed;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.ext.web.Router;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** {@code GET /experiments/{id}/results} and {@code …/results/series}: a server of its own in front of the analytics store. */
public final class ResultsVerticle extends VerticleBase {
    private final @Nullable SnapshotFeed givenFeed;
    private final Reports.@Nullable Sources givenSources;
    private final List<Supplier<Future<?>>> opened = new ArrayList<>();

    public ResultsVerticle() {
        this(null, null);
    }

    /** One with neighbours of its own. */
    ResultsVerticle(@Nullable SnapshotFeed feed, Reports.@Nullable Sources sources) {
        this.givenFeed = feed;
        this.givenSources = sources;
    }

    @Override
    public Future<?> start() {
        SnapshotFeed feed = givenFeed == null ? SnapshotFeed.shared(vertx, config()) : givenFeed;
        HttpService http = new HttpService(vertx, "results", HttpConfig.from(config()));
        opened.add(http::stop);
        return http.listen(router(feed));
    }

    /** Answers what is in flight, then closes what was opened, in the order it was opened. */
    @Override
    public Future<?> stop() {
        Future<?> stopped = Future.succeededFuture();
        for (Supplier<Future<?>> close : opened) {
            stopped = stopped.eventually(close::get);
        }
        return stopped;
    }

    private Router router(SnapshotFeed feed) {
        Clock clock = Clock.systemUTC();
        Reports reports = new Reports(sources(), work -> vertx.executeBlocking(work, false), clock);
        AnswerCache cache = cache();
        var totals = new ResultsReader.Kind("results", reports::find, reports::totals);
        var series = new ResultsReader.Kind("series", reports::find, reports::series);
        Router router = HttpService.router(vertx);
        router.get("/experiments/:id/results")
                .handler(Access.require(feed, Scope.READ, Scope.ADMIN))
                .handler(new ResultsRoute(new ResultsReader(totals, cache, clock), clock)::handle);
        router.get("/experiments/:id/results/series")
                .handler(Access.require(feed, Scope.READ, Scope.ADMIN))
                .handler(new ResultsRoute(new ResultsReader(series, cache, clock), clock)::handlePlain);
        return router;
    }

    private Reports.Sources sources() {
        if (givenSources != null) {
            return givenSources;
        }
        Catalog catalog = Catalog.create(vertx, config());
        opened.add(catalog::close);
        MetricStore store = MetricStores.create(vertx, config());
        opened.add(store::close);
        return new Reports.Sources(
                catalog::measured,
                catalog::armChanges,
                () -> catalog.measurement().generations().map(Generations::served),
                store);
    }

    private AnswerCache cache() {
        Settings section = Settings.of(config()).section("redis").only("uri", "prefix");
        String uri = section.stringOrNull("uri");
        if (uri == null) {
            return AnswerCache.none();
        }
        RedisAnswerCache redis = new RedisAnswerCache(vertx, uri, section.string("prefix", "assay"));
        opened.add(redis::close);
        return redis;
    }
}
