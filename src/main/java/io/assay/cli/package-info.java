/**
 * The commands {@code demo} and {@code replay}: clients of the public HTTP interface, as anybody could write them.
 *
 * <p>In come options, a file of outcomes, a running stack (or one that is started for the purpose); out go requests,
 * progress and a table of results.
 *
 * <p>It shares no code with the server, so what it shows went over the wire.
 */
@NullMarked
package io.assay.cli;

import org.jspecify.annotations.NullMarked;
