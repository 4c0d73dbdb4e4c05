package io.assay.ingestion;

import io.assay.platform.Settings;
import io.vertx.core.Context;
import io.vertx.core.json.JsonObject;

/**
 * The knobs of ingestion: the section {@code ingestion}.
 *
 * @param heartbeatMillis how often every partition gets a heartbeat
 * @param inFlightBytes how much may wait for the broker in this process
 * @param stallMillis without any acknowledgement for so long the broker counts as away
 * @param ackMillis no request waits longer for its acknowledgements
 * @param deliveryMillis after so long the producer gives a record up
 * @param definitionsMillis how often the definitions are read again
 * @param keyRate what may come with one key
 * @param userRate what may come of one user
 */
record IngestionConfig(
        long heartbeatMillis,
        long inFlightBytes,
        long stallMillis,
        long ackMillis,
        int deliveryMillis,
        long definitionsMillis,
        Rate keyRate,
        Rate userRate) {
    private static final long MAX_RATE = 10_000_000;

    static IngestionConfig from(JsonObject config) {
        Settings section = Settings.of(config)
                .section("ingestion")
                .only(
                        "heartbeatMillis",
                        "inFlightBytes",
                        "stallMillis",
                        "ackMillis",
                        "deliveryMillis",
                        "definitionsMillis",
                        "keyEventsPerSecond",
                        "keyBurstEvents",
                        "userEventsPerSecond",
                        "userBurstEvents");
        return new IngestionConfig(
                section.longInteger("heartbeatMillis", 100, 3_600_000, 60_000),
                section.longInteger("inFlightBytes", 1 << 20, 1L << 32, 64 << 20),
                section.longInteger("stallMillis", 100, 60_000, 2_000),
                section.longInteger("ackMillis", 100, 60_000, 5_000),
                section.integer("deliveryMillis", 1_000, 120_000, 10_000),
                section.longInteger("definitionsMillis", 100, 60_000, 5_000),
                rate(section, "key", 100_000, 200_000),
                rate(section, "user", 50, 2_000));
    }

    /** The part of what may wait that one of several instances has. */
    long budgetBytes(Context instance) {
        return inFlightBytes / Math.max(1, instance.getInstanceCount());
    }

    private static Rate rate(Settings section, String whose, long perSecond, long burst) {
        return new Rate(
                section.longInteger(whose + "EventsPerSecond", 0, MAX_RATE, perSecond),
                section.longInteger(whose + "BurstEvents", 1, MAX_RATE, burst));
    }
}
