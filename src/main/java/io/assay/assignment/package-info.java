/**
 * The stage that tells which variants a user gets.
 *
 * <p>In come a user id and attributes over HTTP and, from the feed, the compiled snapshot; out goes a variant per
 * experiment, as JSON or, to OpenFeature clients, as flags.
 *
 * <p>Nothing on the way waits: no I/O, no lock, no JSON library.
 */
@NullMarked
package io.assay.assignment;

import org.jspecify.annotations.NullMarked;
