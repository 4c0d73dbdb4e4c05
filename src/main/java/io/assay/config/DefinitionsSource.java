package io.assay.config;

import io.assay.catalog.CatalogSnapshot;
import io.assay.catalog.KeyHash;
import io.assay.catalog.Versions;
import io.assay.platform.Meters;
import io.assay.protocol.Json;
import io.assay.protocol.SnapshotCodec;
import io.assay.snapshot.Document;
import io.assay.snapshot.DocumentSource;
import io.assay.snapshot.Head;
import io.assay.snapshot.Kind;
import io.micrometer.core.instrument.Timer;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The database as a source of the chain: the documents are built from what one transaction saw. Asked on one context. */
final class DefinitionsSource implements DocumentSource {
    static final String NAME = "database";
    private static final long INTERVAL_MILLIS = 1_000;
    private static final Logger log = LoggerFactory.getLogger(DefinitionsSource.class);

    private final Timer loads = timer("loaded");
    private final Timer failedLoads = timer("failed");
    private final Vertx vertx;
    private final Definitions definitions;
    private @Nullable Versions asked;
    private @Nullable Future<CatalogSnapshot> loaded;

    DefinitionsSource(Vertx vertx, Definitions definitions) {
        this.vertx = vertx;
        this.definitions = definitions;
    }

    private static Timer timer(String outcome) {
        return Timer.builder("assay.config.loads")
                .description("Reads of all that is served from the database, after each change")
                .tag("outcome", outcome)
                .register(Meters.registry());
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public long intervalMillis() {
        return INTERVAL_MILLIS;
    }

    /** The versions, after everything that is due has taken effect; a schedule that fails holds up no change. */
    @Override
    public Future<Map<Kind, Head>> heads() {
        return definitions.versions().compose(this::afterSchedule).map(versions -> {
            asked = versions;
            return Map.of(
                    Kind.CONFIG, new Head(versions.config(), null),
                    Kind.EMERGENCY, new Head(versions.emergency(), null),
                    Kind.KEYS, new Head(versions.keys(), null));
        });
    }

    private Future<Versions> afterSchedule(Versions before) {
        return definitions
                .applySchedule()
                .onFailure(e -> log.debug("The schedule was not applied", e))
                .otherwise(false)
                .compose(applied -> applied ? definitions.versions() : Future.succeededFuture(before));
    }

    @Override
    public Future<Document> read(Kind kind) {
        return load().compose(all -> vertx.executeBlocking(() -> document(kind, all), false));
    }

    /** One load serves all three kinds, for as long as the versions stay. */
    private Future<CatalogSnapshot> load() {
        Future<CatalogSnapshot> last = loaded;
        boolean isFresh = last != null
                && (!last.isComplete()
                        || (last.succeeded() && last.result().versions().equals(asked)));
        if (last != null && isFresh) {
            return last;
        }
        long begun = System.nanoTime();
        Future<CatalogSnapshot> fresh = definitions.load().andThen(done -> (done.succeeded() ? loads : failedLoads)
                .record(System.nanoTime() - begun, TimeUnit.NANOSECONDS));
        loaded = fresh;
        return fresh;
    }

    static Document document(Kind kind, CatalogSnapshot all) {
        Versions versions = all.versions();
        return switch (kind) {
            case CONFIG -> Document.of(kind, versions.config(), SnapshotCodec.encode(all.snapshot(), true));
            case EMERGENCY -> list(kind, versions.emergency(), "killed", all.killed());
            case KEYS ->
                list(
                        kind,
                        versions.keys(),
                        "keys",
                        all.keys().stream().map(DefinitionsSource::key).toList());
        };
    }

    private static Map<String, Object> key(KeyHash key) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("id", key.id());
        json.put("sha256", key.sha256());
        json.put("scope", key.scope());
        return json;
    }

    private static Document list(Kind kind, long version, String name, List<?> values) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("version", version);
        json.put(name, values);
        return Document.of(kind, version, Json.bytes(json));
    }
}
