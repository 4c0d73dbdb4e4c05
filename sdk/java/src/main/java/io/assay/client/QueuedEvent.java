package io.assay.client;

/**
 * An exposure or a goal on its way: its number, which makes its id, and all but the id as JSON.
 *
 * @param rest the members after the id, and the closing brace
 * @param bytes how long it is in UTF-8
 * @param pair what stands for user and experiment in {@link ExposureCache}
 * @param tag what stands there for the variant; 0 for a goal
 */
record QueuedEvent(String user, long number, String rest, int bytes, long pair, int tag) {}
