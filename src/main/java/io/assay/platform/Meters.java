package io.assay.platform;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.micrometer.Label;
import io.vertx.micrometer.MetricsDomain;
import io.vertx.micrometer.MicrometerMetricsOptions;
import io.vertx.micrometer.VertxPrometheusOptions;
import io.vertx.micrometer.backends.BackendRegistries;
import java.util.EnumSet;
import java.util.Set;

/** The meter registry of this process: the one of Vert.x' metrics, or one that only counts where there is none. */
public final class Meters {
    private static final MeterRegistry UNEXPORTED = new SimpleMeterRegistry();
    private static volatile String name = MicrometerMetricsOptions.DEFAULT_REGISTRY_NAME;

    private Meters() {}

    /** What Vert.x measures by itself. */
    public static MicrometerMetricsOptions options() {
        return new MicrometerMetricsOptions()
                .setRegistryName(name)
                .setPrometheusOptions(new VertxPrometheusOptions().setEnabled(true))
                // no label that a caller can make up: a method is any word to HTTP, and every word would be a meter
                .setLabels(EnumSet.of(Label.HTTP_CODE, Label.EB_SIDE, Label.POOL_TYPE, Label.POOL_NAME))
                // RequestMeter counts what is answered
                .setDisabledMetricsCategories(Set.of(MetricsDomain.HTTP_SERVER.toCategory()))
                .setJvmMetricsEnabled(true)
                .setEnabled(true);
    }

    public static MeterRegistry registry() {
        MeterRegistry registry = BackendRegistries.getNow(name);
        return registry == null ? UNEXPORTED : registry;
    }

    /** The name by which Vert.x knows it. */
    public static String name() {
        return name;
    }

    /** From now on it is the one of that name: a Vert.x that is given up takes its registry with it. */
    public static void use(String registry) {
        name = registry;
    }
}
