/**
 * The plumbing that every stage shares: HTTP server, errors, settings, health, names.
 *
 * <p>In come configuration objects and requests; out go checked records, problem+json answers and health states.
 *
 * <p>It knows no stage and no domain type.
 */
@NullMarked
package io.assay.platform;

import org.jspecify.annotations.NullMarked;
