/**
 * The stage that answers what came out of an experiment.
 *
 * <p>In come stored totals and the frozen definitions of experiments.
 *
 * <p>Out go exact counts, sums and rates per variant and metric, as JSON or CSV, kept for a minute over all nodes.
 */
@NullMarked
package io.assay.results;

import org.jspecify.annotations.NullMarked;
