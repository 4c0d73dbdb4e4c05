package io.assay.audit;

import io.assay.analytics.MetricStore;
import io.assay.analytics.MetricStores;
import io.assay.catalog.Catalog;
import io.assay.platform.HttpService;
import io.assay.platform.Meters;
import io.assay.snapshot.SnapshotFeed;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.ext.web.Router;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Holds what is served against the raw log: of one experiment when somebody asks, of all of them every night. */
public final class AuditVerticle extends VerticleBase {
    private static final String QUERY = "oracle.sql";
    private static final Logger log = LoggerFactory.getLogger(AuditVerticle.class);

    private final @Nullable SnapshotFeed given;
    private final Clock clock;
    private @Nullable Catalog catalog;
    private @Nullable MetricStore store;
    private @Nullable HttpService http;
    private boolean stopped;

    public AuditVerticle() {
        this(null, Clock.systemUTC());
    }

    AuditVerticle(@Nullable SnapshotFeed feed, Clock clock) {
        this.given = feed;
        this.clock = clock;
    }

    @Override
    public Future<?> start() {
        AuditConfig config = AuditConfig.from(config());
        SnapshotFeed feed = given == null ? SnapshotFeed.shared(vertx, config()) : given;
        Catalog definitions = Catalog.create(vertx, config());
        catalog = definitions;
        MetricStore counts = MetricStores.create(vertx, config());
        store = counts;
        HttpService service = new HttpService(vertx, "audit", config.http());
        http = service;
        return vertx.fileSystem().readFile(QUERY).compose(query -> {
            Auditor.Neighbours neighbours = new Auditor.Neighbours(definitions::measured, counts, query.toString());
            AuditMeters meters = new AuditMeters(Meters.registry(), config.hour() >= 0);
            Auditor auditor = new Auditor(vertx, config, neighbours, meters, clock);
            Router router = HttpService.router(vertx);
            new AuditRoutes(auditor, definitions::measured, feed).mount(router);
            awaitNight(config.hour(), auditor);
            return service.listen(router);
        });
    }

    private void awaitNight(int hour, Auditor auditor) {
        if (hour < 0 || stopped) {
            return;
        }
        vertx.setTimer(untilHour(hour, clock).toMillis(), timer -> auditor.all()
                .onFailure(e -> log.error("The experiments can't be audited", e))
                .onComplete(done -> awaitNight(hour, auditor)));
    }

    /** The time until it is that hour, UTC, for the next time. */
    static Duration untilHour(int hour, Clock clock) {
        ZonedDateTime now = ZonedDateTime.ofInstant(clock.instant(), ZoneOffset.UTC);
        ZonedDateTime next = now.truncatedTo(ChronoUnit.DAYS).plusHours(hour);
        return Duration.between(now, next.isAfter(now) ? next : next.plusDays(1));
    }

    @Override
    public Future<?> stop() {
        stopped = true;
        Future<Void> drained = http == null ? Future.succeededFuture() : http.stop();
        return drained.eventually(() -> catalog == null ? Future.succeededFuture() : catalog.close())
                .eventually(() -> store == null ? Future.succeededFuture() : store.close());
    }
}
