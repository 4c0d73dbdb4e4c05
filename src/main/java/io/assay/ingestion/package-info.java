/**
 * The stage that takes events: checks them, publishes them to the log, and says so only when they are safe.
 *
 * <p>In come batches of goals and exposures over HTTP, and the definitions that exposures are checked against.
 *
 * <p>Out go records in the topics {@code events} and {@code exposures}, keyed by user, and a heartbeat on every partition.
 */
@NullMarked
package io.assay.ingestion;

import org.jspecify.annotations.NullMarked;
