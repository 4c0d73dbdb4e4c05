package io.assay.platform;

import io.vertx.core.json.JsonObject;

/**
 * Where Kafka is and what its topics are called and hold.
 *
 * @param partitions of {@code exposures}, {@code events} and {@code aggregates}; fixed for ever
 */
public record Topics(
        String bootstrap,
        int partitions,
        short replication,
        String exposures,
        String events,
        String aggregates,
        String assignments,
        String deadLetter) {
    /** Reads the sections {@code kafka} and {@code topics}. */
    public static Topics from(JsonObject config) {
        Settings kafka = Settings.of(config).section("kafka").only("bootstrap", "partitions", "replication");
        Settings names = Settings.of(config)
                .section("topics")
                .only("exposures", "events", "aggregates", "assignments", "deadLetter");
        return new Topics(
                kafka.string("bootstrap"),
                kafka.integer("partitions", 1, 1024, 4),
                (short) kafka.integer("replication", 1, 9, 1),
                names.string("exposures", "exposures"),
                names.string("events", "events"),
                names.string("aggregates", "aggregates"),
                names.string("assignments", "assignments"),
                names.string("deadLetter", "dead-letter"));
    }

    /**
     * The consumer group that carries all topics into that store. Another store begins with the beginning of the log.
     *
     * @param generation the first one, as configured: later ones come by the same way
     */
    public static String sinkGroup(String store, int generation) {
        return "assay-sink-" + (store.equals("postgres") ? "" : store + "-") + generation;
    }
}
