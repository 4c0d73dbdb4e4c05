package io.assay.platform;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.micrometer.backends.BackendRegistries;

/** The meter registry of this process: the one of Vert.x' metrics, or one that only counts where there is none. */
public final class Meters {
    private static final MeterRegistry UNEXPORTED = new SimpleMeterRegistry();

    private Meters() {}

    public static MeterRegistry registry() {
        MeterRegistry registry = BackendRegistries.getDefaultNow();
        return registry == null ? UNEXPORTED : registry;
    }
}
