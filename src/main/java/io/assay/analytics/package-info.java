/**
 * The stored counts of every experiment, and beside them the raw log and the first exposures.
 *
 * <p>In come batches of rows with the position in the log they stand at, as often as anybody likes to send them.
 *
 * <p>Out go the totals of one experiment and the first exposure of one user.
 */
@NullMarked
package io.assay.analytics;

import org.jspecify.annotations.NullMarked;
