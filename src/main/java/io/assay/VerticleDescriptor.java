package io.assay;

import io.assay.platform.ConfigException;
import io.assay.platform.Settings;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.ThreadingModel;
import io.vertx.core.json.JsonObject;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * One file of {@code verticles/}: which class runs, how many of it, how, and with which knobs of its own.
 *
 * @param file the file as messages name it
 * @param name the file's name without its ending
 * @param options all but the configuration
 * @param config the knobs; the node's configuration goes below it
 */
record VerticleDescriptor(String file, String name, String main, DeploymentOptions options, JsonObject config) {
    private static final int NO_LIMIT = Integer.MAX_VALUE;

    /** Reads it strictly: Vert.x would ignore an unknown or mistyped option. */
    static VerticleDescriptor from(String file, JsonObject json) {
        Settings all = Settings.of(json, file + ": ").only("main", "options");
        Settings given = all.section("options")
                .only(
                        "threadingModel",
                        "instances",
                        "workerPoolName",
                        "workerPoolSize",
                        "maxWorkerExecuteTime",
                        "maxWorkerExecuteTimeUnit",
                        "config");
        given.section("config");
        DeploymentOptions options = new DeploymentOptions()
                .setThreadingModel(oneOf(ThreadingModel.class, given, "threadingModel", "EVENT_LOOP"))
                .setInstances(atLeastOne(given, "instances", 1));
        pool(given, options);
        String name = file.substring(file.lastIndexOf('/') + 1).replaceFirst("\\.json$", "");
        JsonObject config = json.getJsonObject("options", new JsonObject()).getJsonObject("config", new JsonObject());
        return new VerticleDescriptor(file, name, className(all), options, config);
    }

    /** The distance of this verticle's port from the base port, or -1 if it listens nowhere. */
    int portOffset() {
        return Settings.of(config, file + ": options.config").integer("portOffset", 0, 9, -1);
    }

    private static void pool(Settings given, DeploymentOptions options) {
        if (given.has("workerPoolName")) {
            options.setWorkerPoolName(given.string("workerPoolName"));
            options.setWorkerPoolSize(atLeastOne(given, "workerPoolSize", options.getWorkerPoolSize()));
        } else if (given.has("workerPoolSize")) {
            throw given.refused("workerPoolSize", "a workerPoolName beside it, else it has no effect");
        }
        options.setMaxWorkerExecuteTime(
                given.longInteger("maxWorkerExecuteTime", 1, Long.MAX_VALUE, options.getMaxWorkerExecuteTime()));
        options.setMaxWorkerExecuteTimeUnit(oneOf(
                TimeUnit.class,
                given,
                "maxWorkerExecuteTimeUnit",
                options.getMaxWorkerExecuteTimeUnit().name()));
    }

    private static int atLeastOne(Settings given, String name, int otherwise) {
        try {
            return given.integer(name, 1, NO_LIMIT, otherwise);
        } catch (ConfigException e) {
            throw given.refused(name, "integer ≥ 1");
        }
    }

    private static <E extends Enum<E>> E oneOf(Class<E> type, Settings given, String name, String otherwise) {
        String expectation = "one of " + Arrays.toString(type.getEnumConstants());
        try {
            return Enum.valueOf(type, given.string(name, otherwise).toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException | ConfigException e) {
            throw given.refused(name, expectation);
        }
    }

    private static String className(Settings all) {
        String main = all.string("main");
        try {
            Class.forName(main, false, VerticleDescriptor.class.getClassLoader());
            return main;
        } catch (ClassNotFoundException e) {
            throw all.refused("main", "a class on the class path");
        }
    }
}
