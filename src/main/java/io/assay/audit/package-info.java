/**
 * The audit: whether the totals that are served are those that the batch query gives over the raw log.
 *
 * <p>In come requests of owners and a time of the day, raw records and served totals of the analytics store, and definitions;
 * out go reports, and a gauge of what differs.
 *
 * <p>The query runs in tables that live as long as one connection to PostgreSQL, so it needs nothing to be set up.
 */
@NullMarked
package io.assay.audit;

import org.jspecify.annotations.NullMarked;
