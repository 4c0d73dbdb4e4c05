package io.assay.metrics;

import io.assay.analytics.MetricStore;
import io.assay.analytics.PostgresMetricStore;
import io.assay.catalog.Generations;
import io.assay.catalog.Measured;
import io.assay.catalog.MeasuredExperiment;
import io.assay.catalog.MeasuredVariant;
import io.assay.catalog.Metric;
import io.assay.catalog.Status;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.ThreadingModel;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.math.BigDecimal;
import java.util.List;
import java.util.function.Supplier;

/** The metrics verticle with fixed definitions, in this process or in one of its own that can be killed. */
final class MetricsProcess {
    private MetricsProcess() {}

    /** The configuration as the first argument; the moment the definitions are made for as the second. */
    public static void main(String[] args) {
        var vertx = Vertx.vertx();
        var definitions = new JsonObject(args[1]);
        deploy(vertx, new JsonObject(args[0]), fromJson(definitions)).onFailure(e -> {
            e.printStackTrace();
            Runtime.getRuntime().halt(3);
        });
    }

    static Future<String> deploy(Vertx vertx, JsonObject config, Measured measured) {
        return deploy(vertx, config, () -> measured, PostgresMetricStore.create(vertx, config));
    }

    static Future<String> deploy(Vertx vertx, JsonObject config, Supplier<Measured> measured, MetricStore store) {
        int first = config.getJsonObject("metrics").getInteger("generation");
        var neighbours = new MetricsVerticle.Neighbours() {
            @Override
            public Future<Measured> measured() {
                var now = measured.get();
                var generations = now.generations().last() == 0 ? Generations.only(first) : now.generations();
                return Future.succeededFuture(new Measured(System.currentTimeMillis(), now.experiments(), generations));
            }

            @Override
            public MetricStore store() {
                return store;
            }

            @Override
            public Future<Void> close() {
                return store.close();
            }
        };
        return vertx.deployVerticle(
                () -> new MetricsVerticle(neighbours),
                new DeploymentOptions().setThreadingModel(ThreadingModel.WORKER).setConfig(config));
    }

    /** Counted by the generation of the configuration only. */
    static Measured measured(List<Definition> definitions) {
        return measured(definitions, Generations.only(0));
    }

    static Measured measured(List<Definition> definitions, Generations generations) {
        return new Measured(
                0, definitions.stream().map(MetricsProcess::measured).toList(), generations);
    }

    private static MeasuredExperiment measured(Definition e) {
        return new MeasuredExperiment(
                e.id,
                e.id,
                Status.ACTIVE,
                e.variants.stream()
                        .map(key -> new MeasuredVariant(key, BigDecimal.TEN, false))
                        .toList(),
                e.metrics.stream().map(MetricsProcess::metric).toList(),
                e.start,
                e.end);
    }

    private static Metric metric(Definition.Metric m) {
        var event = m.event() == Hash64.of("buy") ? "buy" : "signup";
        return new Metric(m.key(), event, Metric.Kind.SUM, m.hasWindow() ? m.windowMillis() : null);
    }

    /** Only the two times differ from one run to the next. */
    static JsonObject toJson(List<Definition> definitions) {
        var json = new JsonObject();
        definitions.forEach(
                e -> json.put(e.id, new JsonObject().put("start", e.start).put("end", e.end)));
        return json;
    }

    private static Measured fromJson(JsonObject json) {
        return measured(LiveLog.definitions().stream()
                .map(e -> new Definition(
                        e.id,
                        e.variants,
                        e.metrics,
                        json.getJsonObject(e.id).getLong("start"),
                        json.getJsonObject(e.id).getLong("end")))
                .toList());
    }
}
