/**
 * The evaluation of users: hashing, targeting and slots.
 *
 * <p>In come a snapshot, a user id and attributes; out goes a variant per experiment.
 *
 * <p>Pure Java: no I/O, no clock, no other package.
 */
@NullMarked
package io.assay.engine;

import org.jspecify.annotations.NullMarked;
