/**
 * The definitions: experiments, layers and their slots, metric definitions, keys, holdout, audit, and the rules by which they change.
 *
 * <p>In come checked definitions and the wish to change them, by a named key; out go what is served (a snapshot with its versions) and what is measured.
 *
 * <p>All of it is in the PostgreSQL schema {@code catalog}; a version moves in the transaction of the change, exactly when what is served changes.
 */
@NullMarked
package io.assay.catalog;

import org.jspecify.annotations.NullMarked;
