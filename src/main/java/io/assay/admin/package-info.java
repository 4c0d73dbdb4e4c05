/**
 * The definitions interface: the routes by which owners define, launch and end experiments.
 *
 * <p>In come requests of owners, each with a key; out go changes of the catalog and what it says, and erasures of users into
 * the event log.
 *
 * <p>What may be done is decided by the catalog; here is only HTTP.
 */
@NullMarked
package io.assay.admin;

import org.jspecify.annotations.NullMarked;
