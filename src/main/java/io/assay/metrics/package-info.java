/**
 * The join of exposures and goals: who was shown what, and what they did afterwards.
 *
 * <p>In come the topics of exposures and events and the definitions of what is measured.
 *
 * <p>Out go the absolute totals of every experiment, the first exposures, and what could not be read.
 */
@NullMarked
package io.assay.metrics;

import org.jspecify.annotations.NullMarked;
